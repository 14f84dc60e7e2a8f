"""Who and what there is in an installation: learners, teachers, courses, lessons, homework, assets and products."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from atg_adapters.sql import schema
from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.environment import read_settings
from tests.arranging import arrange, enrol, rows_of
from tests.faults.installation import Installation
from tests.people import account, begin_session
from tests.school import School, school

LEARNERS, TEACHERS, SCHOOLS, TOPICS, LESSONS = 8, 2, 2, 150, 200
"""`LESSONS`: of each teacher."""
ASSETS = tuple(f"asset-{number}" for number in range(4))


@dataclass(frozen=True)
class Person:
    id: UUID
    headers: dict[str, str]


@dataclass(frozen=True)
class Teacher(Person):
    lessons: list[int]


@dataclass(frozen=True)
class World:
    learners: list[Person]
    teachers: list[Teacher]
    author: Person
    schools: list[School]
    group: int
    """All learners are in it; the first teacher teaches it."""
    product: int


async def settled(installation: Installation) -> World:
    """The schema, and the world in it."""
    container = create_container(read_settings(dict(installation.environment) | {"ATG_HOME": str(installation.home)}))
    try:
        await schema.migrate(container.database())
        return await _world(container)
    finally:
        await close(container)


async def _world(container: Container) -> World:
    learners = [await _person(container, f"learner{number}", Role.STUDENT) for number in range(LEARNERS)]
    teachers = [await _teacher(container, number) for number in range(TEACHERS)]
    group = await container.edit_groups().add(Viewer(id=teachers[0].id), "ГПА-1")
    await enrol(container, group.id, [learner.id for learner in learners])
    await arrange(
        container,
        conference_accounts=[{"label": f"R{n}", "provider": "local", "capacity": "100"} for n in range(20)],
        assets=[{"slug": slug, "name": slug, "campaign": "expo"} for slug in ASSETS],
        shop_lessons=[{"title": "Помпаж", "price": "100"}],
    )
    return World(
        learners=learners,
        teachers=teachers,
        author=await _person(container, "author", Role.ADMIN),
        schools=[await school(container, name=f"S{number}", topics=TOPICS) for number in range(SCHOOLS)],
        group=group.id,
        product=(await rows_of(container, "shop_lessons"))[0]["id"],
    )


async def _person(container: Container, name: str, role: Role) -> Person:
    person = account(name, role=role)
    async with container.open_identity()() as store:
        await store.add_account(person)
    return Person(person.user.id, {"Authorization": f"Bearer {await begin_session(container, person.user)}"})


async def _teacher(container: Container, number: int) -> Teacher:
    person = await _person(container, f"teacher{number}", Role.TEACHER)
    group = await container.edit_groups().add(Viewer(id=person.id), f"Группа {number}")
    now = utc_now()
    lesson: dict[str, Any] = {"group_id": group.id, "teacher_id": person.id, "title": "Урок", "start_time": now}
    async with container.open_lessons()() as store:
        planned = lesson | {"end_time": now + timedelta(hours=2)}
        lessons = [(await store.add_lesson(planned, allow_overlap=True, now=now)).id for _ in range(LESSONS)]
    return Teacher(person.id, person.headers, lessons)
