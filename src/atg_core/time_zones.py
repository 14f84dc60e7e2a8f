"""Time zones by their IANA names."""

from datetime import tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from atg_core.errors import Invalid


def is_zone(name: str | None) -> bool:
    return name in _zones()


def require_zone(name: str, field: str = "timezone") -> None:
    """Raises Invalid for a name that is no IANA time zone."""
    if not is_zone(name):
        raise Invalid(
            "there is no such time zone; an example: {example}",
            field=field,
            code="unknown_timezone",
            example="Europe/Moscow",
        )


def zone_or[Zone: tzinfo | None](name: str | None, otherwise: Zone) -> ZoneInfo | Zone:
    """The zone of this name; another one where there is none."""
    return ZoneInfo(name) if name and is_zone(name) else otherwise


@cache
def zone_names() -> tuple[str, ...]:
    """Those of places, such as `Europe/Moscow`, for who chooses one."""
    return tuple(sorted(name for name in _zones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))))


@cache
def _zones() -> frozenset[str]:
    """Excludes other files of the system's zoneinfo folder."""
    return frozenset(available_timezones())
