"""The admin pages for stations, on SQLite and PostgreSQL."""

from tests.contracts.http_stations import HttpStationsContract


class TestStationsOverSql(HttpStationsContract):
    pass
