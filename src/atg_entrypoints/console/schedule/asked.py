"""The dependencies that pages of the schedule share."""

from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from atg_core.clock import Clock
from atg_core.identity.model import Caller, Role
from atg_core.identity.ports import AccessClaims
from atg_core.schedule.lessons import EditLessons
from atg_core.schedule.ports import ScheduleQueries
from atg_core.schedule.recurrence import RecurrenceExpansion
from atg_core.schedule.recurring_lessons import EditRecurringLessons
from atg_entrypoints.console.pages import is_part, led_to
from atg_entrypoints.settings import Settings

Asked = Request[Caller, AccessClaims, Any]

KnowsSettings = NamedDependency[SkipValidation[Settings]]
KnowsTime = NamedDependency[SkipValidation[Clock]]
QueriesSchedule = NamedDependency[SkipValidation[ScheduleQueries]]
Recurs = NamedDependency[SkipValidation[RecurrenceExpansion]]
EditsLessons = NamedDependency[SkipValidation[EditLessons]]
EditsRules = NamedDependency[SkipValidation[EditRecurringLessons]]

CHANGED = {"HX-Trigger": "lesson-changed"}
"""What a part of a page tells the others after a lesson was changed: an event of the document."""


def led_away(request: Asked, path: str) -> Response[Any]:
    """To another page, also from a part of one."""
    return Response(None, headers={"HX-Redirect": path}) if is_part(request) else led_to(path)


def may_plan(request: Asked) -> bool:
    return request.user.role in {Role.TEACHER, Role.ADMIN}
