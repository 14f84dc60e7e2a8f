"""The admin pages for stations, in memory."""

from tests.contracts.http_stations import HttpStationsContract


class TestStationsOverMemory(HttpStationsContract):
    pass
