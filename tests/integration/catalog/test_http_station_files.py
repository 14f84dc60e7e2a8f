"""The files of deleted stations."""

from tests.contracts.catalog.http_station_files import HttpStationFilesContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestStationFiles(HttpStationFilesContract):
    pass
