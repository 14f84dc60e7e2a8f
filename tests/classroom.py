"""A group with its teacher and students, and outsiders, as callers of the HTTP API."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_adapters.memory.mailer import MemoryMailer
from atg_core.identity.model import Role
from atg_core.mailing.model import Message
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.mailed import do_jobs
from tests.people import account, begin_session

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_MONTH = 30 * 86_400
STUDENTS = ("boris", "vera")
TEXT = {"question_type": "TEXT", "text": "Опишите помпаж", "points": "5.00"}
SINGLE = {
    "question_type": "SINGLE_CHOICE",
    "text": "Сколько ступеней?",
    "points": 2,
    "choices": [{"text": "одна"}, {"text": "две", "is_correct": True}, {"text": "три"}],
}
MULTI = {
    "question_type": "MULTI_CHOICE",
    "text": "Что входит в агрегат?",
    "points": 2.5,
    "choices": [
        {"text": "двигатель", "is_correct": True},
        {"text": "нагнетатель", "is_correct": True},
        {"text": "диспетчерская"},
    ],
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A signed-in user who calls the API with their own token."""

    id: UUID
    client: httpx.AsyncClient
    token: str

    async def call(self, method: str, path: str, status: int = 200, body: Any = None, **headers: str) -> Any:
        """The JSON of the response, which must have this status."""
        sent = {"Authorization": f"Bearer {self.token}", **{name.replace("_", "-"): headers[name] for name in headers}}
        reply = await self.client.request(method, path, json=body, headers=sent)
        assert reply.status_code == status, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    async def get(self, path: str, status: int = 200) -> Any:
        return await self.call("GET", path, status)

    async def post(self, path: str, status: int = 201, body: Any = None, **headers: str) -> Any:
        return await self.call("POST", path, status, body, **headers)

    async def put(self, path: str, body: Any, status: int = 200) -> Any:
        return await self.call("PUT", path, status, body)

    async def refused(self, method: str, path: str, status: int, body: Any = None) -> str:
        """The error code of a refused request."""
        code: str = (await self.call(method, path, status, body))["code"]
        return code

    async def fault(self, method: str, path: str, body: Any) -> str:
        """The field named by a 400 response with exactly one fault."""
        [fault] = (await self.call(method, path, 400, body))["errors"]
        name: str = fault["field"]
        return name


@dataclass(kw_only=True)
class Classroom:
    """`teacher` teaches `group`, in which `boris` and `vera` are; `colleague` teaches another, in which `oleg` is."""

    container: Container
    people: dict[str, Person]
    group: int
    other_group: int
    now: datetime = NOON

    @classmethod
    async def open(cls, container: Container, client: httpx.AsyncClient) -> Self:
        roles = {"teacher": Role.TEACHER, "colleague": Role.TEACHER, "admin": Role.ADMIN, "clerk": Role.USER}
        roles |= dict.fromkeys((*STUDENTS, "oleg"), Role.STUDENT)
        classroom = cls(container=container, people={}, group=0, other_group=0)
        settings = structs.replace(container.settings(), access_ttl=_MONTH)
        container.settings.override(providers.Object(settings))
        container.clock.override(providers.Object(lambda: classroom.now))
        container.mailer.override(providers.Object(MemoryMailer()))
        for name, role in roles.items():
            person = account(f"room-{name}", role=role, full_name=name.title())
            async with container.open_identity()() as store:
                await store.add_account(person)
            token = await begin_session(container, person.user)
            classroom.people[name] = Person(id=person.user.id, client=client, token=token)
        classroom.group = await classroom.make_group("teacher", *STUDENTS)
        classroom.other_group = await classroom.make_group("colleague", "oleg", name="КИП-1")
        return classroom

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    async def make_group(self, teacher: str, *students: str, name: str = "ТК-1") -> int:
        edit, viewer = self.container.edit_groups(), Viewer(id=self.people[teacher].id)
        group = await edit.add(viewer, name)
        await enrol(self.container, group.id, [self.people[student].id for student in students])
        number: int = group.id
        return number

    async def become(self, name: str, role: Role) -> None:
        """Signed in anew, since another role may end what was begun with the former one."""
        person = self.people[name]
        await self.admin.put(f"/admin/users/{person.id}", {"role": role})
        async with self.container.open_identity()() as store:
            user = await store.lock_user(person.id)
        self.people[name] = replace(person, token=await begin_session(self.container, user))

    def pass_by(self, **time: int) -> None:
        self.now += timedelta(**time)

    async def homework(self, *questions: Any, publish: bool = True, by: str = "teacher", **fields: Any) -> Any:
        """Set by the teacher for the group, by default with one question of each type."""
        body = {"group_id": self.group, "title": "Помпаж", "questions": questions or (SINGLE, MULTI, TEXT), **fields}
        made = await self.people[by].post("/homework", body=body)
        return await self.people[by].post(f"/homework/{made['id']}/publish", 200) if publish else made

    async def draft(self, homework: Any, student: str = "boris") -> Any:
        return await self.people[student].post(f"/homework/{homework['id']}/submissions")

    async def handed_in(self, homework: Any, student: str = "boris", text: str = "Срыв потока") -> Any:
        """With every answer right."""
        draft = await self.draft(homework, student)
        return await self.submitted(homework, draft, student, text)

    async def submitted(self, homework: Any, draft: Any, student: str = "boris", text: str = "Срыв потока") -> Any:
        answers = [right_answer(question, text) for question in homework["questions"]]
        await self.people[student].put(f"/submissions/{draft['id']}/answers", answers)
        return await self.people[student].post(f"/submissions/{draft['id']}/submit", 200)

    async def graded(self, homework: Any, student: str = "boris", grade: str = "4.00") -> Any:
        submission = await self.handed_in(homework, student)
        grades = [{"question_id": each["id"], "grade": grade} for each in texts_of(homework)]
        return await self.teacher.put(f"/submissions/{submission['id']}/grades", grades)

    async def mails(self) -> list[Message]:
        """Does what is due; all mails that were sent since the last look."""
        await do_jobs(self.container)
        sent = list(self.container.mailer().sent)
        self.container.mailer().sent.clear()
        return sent


class ClassroomContract:
    """Tests over a classroom; the fixtures `client` and `stocked` choose the database."""

    @pytest.fixture
    async def classroom(self, client: httpx.AsyncClient, stocked: Container) -> Classroom:
        return await Classroom.open(stocked, client)


def right_answer(question: Any, text: str = "Срыв потока") -> Any:
    """`question` as its teacher sees it."""
    if question["question_type"] == "TEXT":
        return {"question_id": question["id"], "text": text}
    right = [choice["id"] for choice in question["choices"] if choice["is_correct"]]
    return {"question_id": question["id"], "choice_ids": right}


def texts_of(homework: Any) -> list[Any]:
    return [each for each in homework["questions"] if each["question_type"] == "TEXT"]
