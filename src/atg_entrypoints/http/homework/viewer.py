"""The caller of a homework request."""

from typing import Any

from litestar import Request

from atg_core.homework.model import Viewer
from atg_core.identity.model import Caller, Role

SignedInRequest = Request[Caller, Any, Any]


def viewer_of(request: SignedInRequest) -> Viewer:
    return Viewer(id=request.user.id, is_admin=request.user.role is Role.ADMIN)
