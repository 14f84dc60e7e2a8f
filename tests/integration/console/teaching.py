"""Groups for tests of the console: a teacher with two groups, and a student in the first."""

from dataclasses import dataclass
from uuid import UUID

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.integration.console.browsing import another, enter


@dataclass
class Groups:
    """`teacher` teaches `10А`, in which `student` is, and `10Б`, which is empty."""

    teacher: httpx.AsyncClient
    student: httpx.AsyncClient
    student_id: str
    first: str
    second: str


async def make(browser: httpx.AsyncClient, name: str) -> str:
    made = await browser.post("/app/groups", data={"name": name})
    assert made.status_code == 303, made.text
    return str(made.headers["location"]).partition("?")[0]


async def open_groups(browser: httpx.AsyncClient, stocked: Container) -> Groups:
    await enter(browser, stocked, "mentor", role=Role.TEACHER, full_name="Ирина Соколова")
    student = another(browser)
    await enter(student, stocked, "pupil", role=Role.STUDENT, full_name="Олег Ёжиков")
    student_id = (await student.get("/app/api/users/me")).json()["data"]["id"]
    made = Groups(browser, student, student_id, await make(browser, "10А"), await make(browser, "10Б"))
    await enrol(stocked, int(made.first.rpartition("/")[2]), [UUID(student_id)])
    return made
