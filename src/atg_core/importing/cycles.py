"""Imported prerequisites that keep a course from ever being begun."""

from collections.abc import Mapping
from uuid import UUID

from atg_core.catalog.prerequisites import PrerequisiteStore


async def cycles_of(store: PrerequisiteStore, lines: Mapping[UUID, int]) -> dict[int, str]:
    """What is wrong, by line; others wait until the end to change prerequisites. `lines`: one for each course."""
    if not lines:
        return {}
    await store.lock(next(iter(lines)))
    requirements = await store.requirements()
    found, told = {}, set[frozenset[UUID]]()
    for course_id, line in lines.items():
        cycle = requirements.cycle_at(course_id)
        if cycle and frozenset(cycle) not in told:
            told.add(frozenset(cycle))
            titles = await store.titles(cycle)
            found[line] = f"leads back to the course: {' → '.join(titles[each] for each in cycle)}"
    return found
