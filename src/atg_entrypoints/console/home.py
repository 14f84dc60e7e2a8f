"""The start page: a part of each context that this process serves."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import BaseRouteHandler

from atg_core.identity.model import Caller, Role
from atg_core.identity.ports import AccessClaims
from atg_entrypoints.console.gradebook import newest_grades
from atg_entrypoints.console.homework import waiting
from atg_entrypoints.console.learning import courses
from atg_entrypoints.console.pages import page
from atg_entrypoints.console.schedule import today
from atg_entrypoints.console.training import managers
from atg_entrypoints.console.waiting_invitations import waiting_invitations
from atg_entrypoints.container import Container
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.settings import Context

type Part = Callable[[Caller, Container], Awaitable[dict[str, Any]]]

_PARTS: Sequence[tuple[Context, Part]] = (
    ("schedule", today.home_part),
    ("homework", waiting.home_part),
    ("gradebook", newest_grades.home_part),
    ("learning", courses.home_part),
    ("learning", managers.home_part),
)
CONTEXTS = frozenset(context for context, _ in _PARTS)
_ABSENT = dict.fromkeys(("today", "overdue", "to_mark", "due", "newest_grades", "learning", "late_people"))
"""What a part of another role, or of a context that is not served, does not give."""


@get("/", policy=SIGNED_IN)
async def show_home(request: Request[Caller, AccessClaims, Any]) -> Response[str]:
    """A teacher's and a student's day, and the courses of whoever has some."""
    container: Container = request.app.state["container"]
    served = container.settings().contexts
    values: dict[str, Any] = {**_ABSENT, "now": container.clock()()}
    for context, part in _PARTS:
        if context in served:
            values |= await part(request.user, container)
    values["invitations"] = await waiting_invitations(request)
    values["teaches"] = request.user.role is Role.TEACHER
    values["has_day"] = request.user.role in {Role.TEACHER, Role.STUDENT}
    return page(request, "home", values)


HANDLERS: Sequence[BaseRouteHandler] = (show_home,)
