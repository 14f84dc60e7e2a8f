"""The parts of the start page about homework: what waits to be marked, and what is due."""

from typing import Any

from atg_core.identity.model import Caller, Role
from atg_entrypoints.container import Container


async def home_part(caller: Caller, container: Container) -> dict[str, Any]:
    if caller.role is Role.TEACHER:
        return {
            "to_mark": await container.teacher_summary_queries().ungraded(caller.id),
            "due": await container.show_due_homework().of_teacher(caller.id),
        }
    if caller.role is Role.STUDENT:
        return {"due": await container.show_due_homework().of_student(caller.id)}
    return {}
