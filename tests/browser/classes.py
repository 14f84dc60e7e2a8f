"""A class of a test's own at the demo's server: a teacher, a group and a student of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.browser.people import Demo, Person
from tests.people import PASSWORD


@dataclass(frozen=True)
class Class:
    """`api`: what the teacher does elsewhere."""

    teacher: Person
    student: Person
    group: int
    api: httpx.Client

    def lesson(self, start: datetime, *, minutes: int = 90, title: str = "Насосы", **more: Any) -> dict[str, Any]:
        times = {"start_time": start.isoformat(), "end_time": (start + timedelta(minutes=minutes)).isoformat()}
        body = {"group_id": self.group, "title": title, **times, **more}
        return self.asked("POST", "/schedule/lessons", json=body)

    def asked(self, method: str, path: str, **more: Any) -> Any:
        reply = self.api.request(method, path, **more)
        assert reply.is_success, reply.text
        return reply.json() if reply.content else None


@contextmanager
def a_class(demo: Demo) -> Iterator[Class]:
    teacher, student = _person(demo, "teacher", "Ирина Соколова"), _person(demo, "student", "Матвей Ершов")
    with httpx.Client(base_url=demo.url, timeout=60) as api:
        signed_in = api.post("/auth/login", json=teacher._asdict()).json()
        api.headers["authorization"] = f"Bearer {signed_in['access_token']}"
        group = api.post("/groups", json={"name": "МТК-30"}).json()["id"]
        added = demo.admin.post(f"/groups/{group}/students", json={"emails": [f"{student.username}@example.com"]})
        assert added.is_success, added.text
        made = Class(teacher, student, group, api)
        yield made
        # Others need the places of the pool.
        for lesson in made.asked("GET", "/schedule/lessons?status=live")["items"]:
            made.asked("POST", f"/schedule/lessons/{lesson['id']}/end")


def _person(demo: Demo, role: str, name: str) -> Person:
    person = Person(f"{role}-{uuid4().hex[:8]}", PASSWORD)
    made = {**person._asdict(), "email": f"{person.username}@example.com", "full_name": name, "role": role}
    reply = demo.admin.post("/admin/users", json=made)
    assert reply.is_success, reply.text
    return person


def next_monday(hour: int) -> datetime:
    """In the week after this one."""
    today = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())
