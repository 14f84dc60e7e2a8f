"""The admin pages for stations."""

from tests.contracts.catalog.http_stations import HttpStationsContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestStations(HttpStationsContract):
    pass
