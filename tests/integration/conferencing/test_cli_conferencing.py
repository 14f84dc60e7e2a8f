"""`atg conferencing` as operators use it."""

import hmac
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from atg_core.conferencing.model import Credentials, ProviderName
from atg_core.conferencing.ports import ConferenceProviderFailed
from atg_core.identity.model import Role
from atg_core.schedule.model import LONGEST_WINDOW, LessonStatus, Viewer
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.integration.command import Atg
from tests.people import add_person

MONDAY = date(2030, 3, 4)
MARCH = ("--from", "2030-03-04", "--to", "2030-03-31")
HOUR = timedelta(hours=1)
CREDENTIALS = Credentials(account_id="account", client_id="client", client_secret="secret")
FIRST_KEY = hmac.digest(SECRET.encode(), b"atg:credentials", "sha256").hex()
OTHER_KEY, THIRD_KEY = "another key of more than 32 bytes", "a third key of much more than 32 bytes"


@pytest.fixture
def atg(database_url: str, tmp_path: Path) -> Atg:
    return Atg(database_url, tmp_path)


@pytest.fixture
async def container(atg: Atg) -> AsyncIterator[Container]:
    container = create_container(Settings(database_url=atg.database_url, secret_key=SECRET))
    yield container
    await close(container)


class School:
    """A teacher with one group, whose lessons may overlap."""

    def __init__(self, container: Container, teacher: Viewer, group_id: int) -> None:
        self._container, self._teacher, self._group_id = container, teacher, group_id

    async def rule(self, start: str, end: str, **changes: Any) -> int:
        values = {
            "group_id": self._group_id,
            "title": "Насосы",
            "day_of_week": 0,
            "start_time": time.fromisoformat(start),
            "end_time": time.fromisoformat(end),
            "start_date": MONDAY,
            "end_date": date(2033, 3, 1),
            "timezone": "Europe/Moscow",
            **changes,
        }
        return (await self._container.edit_recurring_lessons().add(self._teacher, values)).id

    async def cancel(self, rule_id: int, day: date) -> None:
        await self._container.edit_recurring_lessons().cancel(self._teacher, rule_id, day)

    async def lesson(self, start: datetime, end: datetime) -> int:
        edit = self._container.edit_lessons()
        added = await edit.add(
            self._teacher,
            group_id=self._group_id,
            title="Клапаны",
            start_time=start,
            end_time=end,
            allow_overlap=True,
        )
        return added.id

    async def cancel_lesson(self, lesson_id: int) -> None:
        await self._container.edit_lessons().change(self._teacher, lesson_id, {"status": LessonStatus.CANCELLED})


@pytest.fixture
async def school(container: Container) -> School:
    teacher = Viewer(id=await add_person(container, "teacher", role=Role.TEACHER))
    group = await container.edit_groups().add(teacher, "ГПА")
    return School(container, teacher, group.id)


async def test_lessons_and_rules_are_played_and_what_is_cancelled_is_not(atg: Atg, school: School) -> None:
    await school.rule("16:00", "17:30")
    cancelled = await school.rule("17:00", "18:30")
    await school.cancel(cancelled, MONDAY)
    at = datetime(2030, 3, 11, 14, tzinfo=UTC)
    await school.lesson(at, at + HOUR)
    await school.cancel_lesson(await school.lesson(at, at + HOUR))
    run = atg("conferencing", "plan", *MARCH, ATG_TIMEZONE="Europe/Moscow")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines() == [
        "Lessons from 2030-03-04 to 2030-03-31 (Europe/Moscow): 8",
        "At most at once: 3, first on 2030-03-11 at 17:00",
        "Places of enabled accounts: 0",
        "",
        "places  refused   share",
        "     1        4   50.0%",
        "     2        1   12.5%",
        "     3        0    0.0%",
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_teachers_who_start_too_soon_and_end_too_late_need_more(atg: Atg, school: School) -> None:
    """Only both of these make two lessons of what is two minutes apart."""
    await school.rule("16:00", "17:00")
    await school.rule("17:02", "18:00")
    assert "At most at once: 2," in atg("conferencing", "plan", *MARCH, "--early", "1", "--late", "2").stdout


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_days_are_those_of_the_time_zone_and_a_lesson_is_of_the_one_on_which_it_begins(
    atg: Atg, school: School
) -> None:
    """It begins at half past eleven in Moscow, and at half past one of the next day in Yekaterinburg."""
    await school.lesson(datetime(2030, 3, 4, 20, 30, tzinfo=UTC), datetime(2030, 3, 4, 21, 30, tzinfo=UTC))
    for day, zone, lessons in (
        ("2030-03-04", "Asia/Yekaterinburg", 0),
        ("2030-03-05", "Asia/Yekaterinburg", 1),
        ("2030-03-05", "Europe/Moscow", 0),
    ):
        run = atg("conferencing", "plan", "--from", day, "--to", day, ATG_TIMEZONE=zone)
        assert f"({zone}): {lessons}\n" in run.stdout


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_plan_of_years_counts_each_lesson_once(atg: Atg, school: School) -> None:
    """The calendar is asked for 370 days at a time: the first of these windows ends within a lesson."""
    await school.rule("02:00", "04:00", day_of_week=6, end_date=date(2032, 3, 7))
    lesson = datetime(2031, 3, 8, 23, tzinfo=UTC)
    assert lesson < datetime(2030, 3, 4, tzinfo=UTC) + LONGEST_WINDOW < lesson + 2 * HOUR
    run = atg("conferencing", "plan", "--from", "2030-03-04", "--to", "2032-03-31")
    assert "(UTC): 105\n" in run.stdout


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_chart_is_what_its_name_ends_in(atg: Atg, school: School) -> None:
    await school.rule("16:00", "17:30")
    for name in ("plan.svg", "plan.PNG"):
        run = atg("conferencing", "plan", *MARCH, "--chart", name)
        assert (run.returncode, run.stderr) == (0, "")
    assert "Refused, of 4 lessons" in "".join(ET.fromstring((atg.home / "plan.svg").read_bytes()).itertext())
    assert (atg.home / "plan.PNG").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_can_not_be_planned_ends_with_two(atg: Atg) -> None:
    for arguments, reason in (
        (("--from", "tomorrow"), "'tomorrow' does not match"),
        (("--from", "2030-03-04", "--to", "2030-03-03"), "--to: is before 2030-03-04"),
        (("--from", "9999-12-31"), "--from: is from 1970-01-01"),
        (("--from", "2030-03-04", "--to", "2050-03-04"), "3660 days at most"),
        (("--chart", "plan.pdf"), "neither .png nor .svg"),
        (("--chart", "away/plan.svg"), "No such file"),
    ):
        run = atg("conferencing", "plan", *arguments)
        assert run.returncode == 2
        assert reason in run.stderr
    assert "ATG_DATABASE_URL" in atg("conferencing", "plan", ATG_DATABASE_URL="memory://").stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_lessons_no_place_is_needed(atg: Atg) -> None:
    run = atg("conferencing", "plan", "--chart", "empty.png")
    assert (run.returncode, run.stderr) == (0, "")
    first, *others = run.stdout.splitlines()
    assert first.endswith("(UTC): 0")
    assert others == ["Places of enabled accounts: 0"]
    assert (atg.home / "empty.png").exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_credentials_get_the_first_key_and_are_left_alone_if_no_key_opens_them(
    atg: Atg, container: Container
) -> None:
    """The key that they had was made from ATG_SECRET_KEY, as docs/conferencing.md says."""
    values = {"provider": ProviderName.ZOOM, "label": "Zoom 1"}
    account = await container.edit_accounts().add(values, CREDENTIALS.values())
    await container.edit_accounts().add({"provider": ProviderName.LOCAL, "label": "Room 1"}, None)
    refused = atg("conferencing", "rotate-credentials", ATG_CREDENTIALS_KEY=f"{OTHER_KEY},{THIRD_KEY}")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "ATG_CREDENTIALS_KEY: none of the keys opens" in refused.stderr
    for number in range(2):
        run = atg("conferencing", "rotate-credentials", ATG_CREDENTIALS_KEY=f"{OTHER_KEY},{FIRST_KEY}")
        assert (number, run.returncode, run.stdout) == (number, 0, "The credentials of 1 account have the first key.\n")
    sealed = (await container.conferencing_queries().account(account.id)).account.sealed or ""
    with pytest.raises(ConferenceProviderFailed):
        container.vault().open(sealed)
    rotated = create_container(Settings(database_url="memory://", secret_key=SECRET, credentials_key=OTHER_KEY))
    assert rotated.vault().open(sealed) == CREDENTIALS
