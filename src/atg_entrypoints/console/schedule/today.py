"""The part of the start page about today's lessons."""

from typing import Any

from atg_core.identity.model import Caller, Role
from atg_core.schedule.today import TodayState
from atg_core.time_zones import zone_or
from atg_entrypoints.container import Container

_ROLES = {Role.TEACHER, Role.STUDENT}


async def home_part(caller: Caller, container: Container) -> dict[str, Any]:
    """`today`: None for who neither teaches nor learns in groups."""
    if caller.role not in _ROLES:
        return {}
    zone = zone_or(caller.time_zone, container.settings().zone)
    lessons = await container.show_today()(caller.id, zone)
    overdue = [lesson for lesson in lessons if lesson.is_own and lesson.state is TodayState.OVERDUE]
    return {"today": lessons, "overdue": overdue}
