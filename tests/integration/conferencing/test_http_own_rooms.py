"""Lessons in rooms with a fixed address over HTTP."""

from tests.contracts.conferencing.http_own_rooms import HttpOwnRoomsContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestOwnRooms(HttpOwnRoomsContract):
    pass
