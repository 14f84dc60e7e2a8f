"""A classroom whose journal is filled, and its teacher at the console."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.gradebook_classroom import GradebookClassroom
from tests.integration.console.browsing import another


@dataclass(frozen=True)
class Journal:
    classroom: GradebookClassroom
    lesson: int
    point: int

    @property
    def path(self) -> str:
        return f"/app/groups/{self.classroom.group}/gradebook"

    @property
    def boris(self) -> str:
        return str(self.classroom.boris.id)

    @property
    def vera(self) -> str:
        return str(self.classroom.vera.id)


@pytest.fixture
async def journal(browser: httpx.AsyncClient, stocked: Container) -> Journal:
    """Boris was absent and has 7.5 of 10 at a test; Vera was there."""
    classroom = await GradebookClassroom.open(stocked, another(browser))
    lesson, point = await classroom.lesson(3), await classroom.point()
    await classroom.mark(lesson, boris="absent", vera="present")
    await classroom.grade(point, boris="7.5")
    return Journal(classroom, lesson, point)


@pytest.fixture
def look(browser: httpx.AsyncClient, journal: Journal) -> Callable[[str], httpx.AsyncClient]:
    """The browser of somebody of the classroom."""

    def signed_in(name: str) -> httpx.AsyncClient:
        browser.cookies.set("atg_access", journal.classroom.people[name].token, path="/app")
        return browser

    return signed_in
