"""The part of the start page about a student's newest grades."""

from typing import Any

from atg_core.identity.model import Caller, Role
from atg_entrypoints.container import Container

_MOST = 5


async def home_part(caller: Caller, container: Container) -> dict[str, Any]:
    if caller.role is not Role.STUDENT:
        return {}
    return {"newest_grades": await container.newest_grade_queries().newest(caller.id, limit=_MOST)}
