"""Dashboards: a group for its teacher, and a student's own progress."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.gradebook.at_risk import LOWEST_ATTENDANCE, LOWEST_AVERAGE, MISSING_HOMEWORK, ShowDashboard
from atg_core.gradebook.model import Viewer
from atg_core.gradebook.ports import GroupNotFound
from atg_core.gradebook.progress import ShowProgress
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_entrypoints.console.pages import page
from atg_entrypoints.http.gradebook.viewer import viewer_of
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.wire import serial_or

Asked = Request[Caller, AccessClaims, Any]
_LIMITS = {"average": LOWEST_AVERAGE, "attendance": LOWEST_ATTENDANCE, "homework": MISSING_HOMEWORK}


@get("/groups/{group_id:str}/progress", policy=TEACHER)
async def show_group_dashboard(
    request: Asked, group_id: FromPath[str], show_dashboard: NamedDependency[SkipValidation[ShowDashboard]]
) -> Response[str]:
    """Who needs help, the group over time, and how each student stands."""
    dashboard = await show_dashboard(viewer_of(request), serial_or(GroupNotFound, group_id))
    values = {"dashboard": dashboard, "last": next(reversed(dashboard.progress.points), None), "limits": _LIMITS}
    return page(request, "gradebook/group_progress", values)


@get("/progress", policy=SIGNED_IN)
async def show_own_progress(
    request: Asked, show_grade_progress: NamedDependency[SkipValidation[ShowProgress]]
) -> Response[str]:
    """In each of the caller's groups, beside the group's."""
    series = await show_grade_progress.of_student(Viewer(id=request.user.id), request.user.id)
    return page(request, "gradebook/own_progress", {"series": series})


HANDLERS: Sequence[BaseRouteHandler] = (show_group_dashboard, show_own_progress)
