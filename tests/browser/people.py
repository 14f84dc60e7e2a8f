"""The demo's server as tests of the browser use it: its people, its courses, and the answers to its tests."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import uuid4

import httpx

from tests.conftest import EXAMPLES
from tests.people import PASSWORD

COURSE = "Компрессорный цех и осушка газа ПХГ"
"""A course of 14 topics, two tests of lessons and a final test."""

GROUP = "МТК-26/1"
"""A group of `teacher` in which `student` is."""


class Person(NamedTuple):
    username: str
    password: str


@dataclass(frozen=True)
class Demo:
    """`admin`: a client that is signed in; `passwords`: of the demo's people, by username."""

    url: str
    admin: httpx.Client
    passwords: Mapping[str, str]

    def person(self, *, role: str = "user", full_name: str = "Анна Ким") -> Person:
        """Somebody new, enrolled in nothing and in no group."""
        person = Person(f"visitor-{uuid4().hex[:8]}", PASSWORD)
        made = {**person._asdict(), "email": f"{person.username}@example.com", "full_name": full_name, "role": role}
        self._asked("POST", "/admin/users", json=made)
        return person

    def named(self, username: str) -> Person:
        return Person(username, self.passwords[username])

    @cached_property
    def course(self) -> str:
        """The id of COURSE."""
        [found] = self._asked("GET", "/courses", params={"q": COURSE}).json()["items"]
        return str(found["id"])

    @cached_property
    def group(self) -> int:
        """The id of GROUP."""
        found = self._asked("GET", "/groups", params={"size": 100}).json()["items"]
        return next(int(each["id"]) for each in found if each["name"] == GROUP)

    def as_(self, username: str) -> httpx.Client:
        """A client of the API for one of the demo's people."""
        reply = self._asked("POST", "/auth/login", json=self.named(username)._asdict())
        headers = {"authorization": f"Bearer {reply.json()['access_token']}"}
        return httpx.Client(base_url=self.url, timeout=60, headers=headers)

    @cached_property
    def answers(self) -> Mapping[str, frozenset[str]]:
        """The texts of the right options, by the text of the question."""
        with (EXAMPLES / "questions.csv").open(encoding="utf-8", newline="") as file:
            return {row["text"]: _right(row) for row in csv.DictReader(file)}

    def _asked(self, method: str, path: str, **more: object) -> httpx.Response:
        reply = self.admin.request(method, path, **more)  # type: ignore[arg-type]
        assert reply.is_success, reply.text
        return reply


def _right(row: Mapping[str, str]) -> frozenset[str]:
    options = row["options"].split(";")
    return frozenset(options[int(number) - 1].strip() for number in row["correct"].split(";"))
