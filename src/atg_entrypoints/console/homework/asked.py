"""What pages of homework share: their dependencies, the time zone of who looks, and the filters of the queue."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from atg_core.clock import Clock
from atg_core.homework.authoring import EditHomework
from atg_core.homework.model import SubmissionStatus, Viewer
from atg_core.homework.ports import ReadQuestion, SubmissionFilter
from atg_core.homework.queries import ShowHomework
from atg_core.homework.submissions import SubmitHomework
from atg_core.identity.model import Caller, Role
from atg_core.identity.ports import AccessClaims
from atg_core.schedule.model import Group
from atg_core.schedule.model import Viewer as GroupViewer
from atg_core.schedule.ports import ScheduleQueries
from atg_core.time_zones import zone_or
from atg_entrypoints.http.time_zone import zone_of_reader

Asked = Request[Caller, AccessClaims, Any]
Shows = NamedDependency[SkipValidation[ShowHomework]]
Edits = NamedDependency[SkipValidation[EditHomework]]
Submits = NamedDependency[SkipValidation[SubmitHomework]]
QueriesSchedule = NamedDependency[SkipValidation[ScheduleQueries]]
Tells = NamedDependency[SkipValidation[Clock]]
ReadsGift = NamedDependency[SkipValidation[Callable[[str], Sequence[ReadQuestion]]]]

HOMEWORK = "/app/homework"
MARKING = "/app/marking"
_MOST_GROUPS = 100
_LONGEST_SERIAL = 9
_FILTERS = ("status", "group_id", "homework_id", "student_id", "late", "q")


def is_teacher(request: Asked) -> bool:
    return request.user.role in {Role.TEACHER, Role.ADMIN}


async def groups_of(schedule_queries: ScheduleQueries, viewer: Viewer) -> list[Group]:
    """The groups of a teacher."""
    asking = GroupViewer(id=viewer.id, is_admin=viewer.is_admin)
    found, _ = await schedule_queries.groups(asking, limit=_MOST_GROUPS, offset=0)
    return [group for group in found if viewer.is_admin or group.teacher_id == viewer.id]


def zone_of(request: Asked, named: str | None = None) -> ZoneInfo:
    """The one that a form names, else the reader's."""
    return zone_or(named, zone_of_reader(request))


def in_zone(request: Asked) -> dict[str, Any]:
    """How forms tell moments: in the reader's zone, which `zone` names."""
    zone = zone_of(request)
    return {"zone": zone.key, "local": lambda moment: _local(moment, zone)}


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    """As a field of a date and a time has it."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}" if moment else ""


def instant_of(text: str, zone: ZoneInfo) -> str | None:
    """What a field of a date and a time says, as the API takes it; whatever else it says stays as it is."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC).isoformat() if text else None
    except (ValueError, OverflowError):
        return text


def filter_of(query: Mapping[str, str]) -> SubmissionFilter:
    """What is no value of a filter is as none."""
    status, late = query.get("status", ""), query.get("late", "")
    return SubmissionFilter(
        status=SubmissionStatus(status) if status in set(SubmissionStatus) else None,
        group_id=_serial(query.get("group_id", "")),
        homework_id=_serial(query.get("homework_id", "")),
        student_id=_uuid(query.get("student_id", "")),
        late={"true": True, "false": False}.get(late),
        q=query.get("q", "").replace("\x00", "").strip()[:200] or None,
    )


def query_of(wanted: SubmissionFilter) -> str:
    """The filters as they stand in an address."""
    given = {name: getattr(wanted, name) for name in _FILTERS}
    told = {
        name: str(value).lower() if name == "late" else str(value) for name, value in given.items() if value is not None
    }
    return urlencode(told)


def _serial(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_SERIAL else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
