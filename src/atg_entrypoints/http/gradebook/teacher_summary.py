"""A teacher's dashboard (spec: homework-gradebook, Gradebook)."""

from collections.abc import Sequence

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.gradebook.teacher_summary import ShowTeacherSummary
from atg_entrypoints.http.gradebook.teacher_summary_wire import TeacherSummary
from atg_entrypoints.http.gradebook.viewer import SignedInRequest
from atg_entrypoints.http.policy import TEACHER

_TAGS = ["gradebook"]


@get(
    "/teachers/me/summary",
    policy=TEACHER,
    tags=_TAGS,
    summary="The caller's teaching totals, ungraded homework and upcoming lessons",
)
async def show_summary(
    request: SignedInRequest, show_teacher_summary: NamedDependency[SkipValidation[ShowTeacherSummary]]
) -> TeacherSummary:
    return TeacherSummary.of(await show_teacher_summary(request.user.id))


HANDLERS: Sequence[BaseRouteHandler] = (show_summary,)
