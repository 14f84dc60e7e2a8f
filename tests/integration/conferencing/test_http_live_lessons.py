"""Live lessons over HTTP."""

from tests.contracts.conferencing.http_live_lessons import HttpLiveLessonsContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestLiveLessons(HttpLiveLessonsContract):
    pass
