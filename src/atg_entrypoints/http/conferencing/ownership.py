"""The teacher that a lesson must belong to."""

from typing import Any
from uuid import UUID

from litestar import Request

from atg_core.identity.model import Caller, Role


def owner_of(request: Request[Caller, Any, Any]) -> UUID | None:
    """The caller's id; None for administrators, who may access every lesson."""
    return None if request.user.role is Role.ADMIN else request.user.id
