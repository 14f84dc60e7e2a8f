"""The caller as a viewer of the schedule."""

from typing import Any

from litestar import Request

from atg_core.identity.model import Caller, Role
from atg_core.schedule.model import Viewer


def viewer_of(request: Request[Caller, Any, Any]) -> Viewer:
    return Viewer(id=request.user.id, is_admin=request.user.role is Role.ADMIN)
