"""What pages of administration share: who asks, their sections, and words for roles."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from litestar import Request
from litestar.params import QueryParameter

from atg_core.identity.model import Caller, Role
from atg_core.identity.ports import AccessClaims
from atg_core.words import phrase
from atg_entrypoints.http.wire import NO_NUL
from atg_entrypoints.settings import Context

Asked = Request[Caller, AccessClaims, Any]
DoneQuery = Annotated[str, QueryParameter(max_length=20)]
TextQuery = Annotated[str, QueryParameter(max_length=255, pattern=NO_NUL)]

PEOPLE, AUDIT, JOBS = "/app/admin/people", "/app/admin/audit", "/app/admin/jobs"
POOL, HEALTH, SETTINGS = "/app/admin/conference-accounts", "/app/admin/health", "/app/admin/settings"

ROLES: Mapping[Role, str] = {
    Role.USER: phrase("Employee"),
    Role.INSTRUCTOR: phrase("Instructor"),
    Role.TRAINING: phrase("Training department"),
    Role.SHOP: phrase("Shop"),
    Role.MARKETING: phrase("Marketing"),
    Role.SUPPORT: phrase("Support"),
    Role.TEACHER: phrase("Teacher"),
    Role.STUDENT: phrase("Student"),
    Role.ADMIN: phrase("Administrator"),
}


class Section(NamedTuple):
    """A page of administration."""

    path: str
    label: str
    context: Context


_SECTIONS = (
    Section(PEOPLE, phrase("People"), "identity"),
    Section(AUDIT, phrase("Audit log"), "identity"),
    Section(JOBS, phrase("Jobs"), "identity"),
    Section(POOL, phrase("Conference accounts"), "conferencing"),
    Section(HEALTH, phrase("Health"), "identity"),
    Section(SETTINGS, phrase("Settings"), "identity"),
)


def sections_of(request: Asked) -> list[Section]:
    """Those of an administrator; whoever else sees people alone has no choice of pages."""
    if request.user.role is not Role.ADMIN:
        return []
    served = request.app.state["container"].settings().contexts
    return [section for section in _SECTIONS if section.context in served]
