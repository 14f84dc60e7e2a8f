"""The time zone of who asks: that of the own profile, else that of the service."""

from typing import Any
from zoneinfo import ZoneInfo

from litestar.connection import ASGIConnection

from atg_core.time_zones import zone_or

type Connection = ASGIConnection[Any, Any, Any, Any]


def zone_of_reader(connection: Connection) -> ZoneInfo:
    """In which local times of a request are read, and those of its reply told."""
    caller = connection.scope.get("user")
    zone: ZoneInfo = connection.app.state["container"].settings().zone
    return zone_or(caller.time_zone, zone) if caller is not None else zone
