"""A pool of conference accounts with a faulty provider, for tests of leases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dependency_injector import providers
from msgspec import structs

from atg_core.conferencing.leasing import LiveLesson
from atg_core.conferencing.model import Credentials, ProviderName
from atg_core.conferencing.provider import ConferenceProviders
from atg_core.conferencing.teacher_limits import TeacherLimits
from atg_core.identity.model import Role
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.conferencing.faulty_provider import FakeMeeting, FaultyProvider, Meanwhile
from tests.people import add_person

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRETS = Credentials(account_id="acc", client_id="cli", client_secret="sec")


UNLIMITED = {"pool_per_teacher": 0, "pool_starts_per_teacher": 0, "lesson_max_hours": 0}
"""Settings with which one teacher may take the whole pool: its limits have tests of their own."""


def lift_limits(container: Container) -> None:
    """Before anything is planned; as the settings themselves, until the test ends."""
    container.settings.override(providers.Object(structs.replace(container.settings(), **UNLIMITED)))


@dataclass
class Pooled:
    """ATG at the time `now`, with a teacher. `ended`: meetings for which Zoom would send `meeting.ended`."""

    container: Container
    now: datetime = NOON
    ended: list[FakeMeeting] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.provider = FaultyProvider(self.ended.append)

    async def begin(self) -> None:
        self.teacher = Viewer(id=await add_person(self.container, "mentor", role=Role.TEACHER))
        self.group = (await self.container.edit_groups().add(self.teacher, "10A")).id

    async def account(self, label: str = "A", **changes: Any) -> int:
        values = {"provider": ProviderName.ZOOM, "label": label, "provider_user_id": None, "is_enabled": True}
        values |= {"capacity": 1, "daily_limit": 100, **changes}
        added = await self.container.edit_accounts().add(values, SECRETS.values())
        number: int = added.id
        return number

    async def lesson(self, *, hours: float = 1) -> int:
        """From now on."""
        values = {"group_id": self.group, "title": "Алгебра", "start_time": self.now}
        ends = self.now + timedelta(hours=hours)
        added = await self.container.edit_lessons().add(self.teacher, **values, end_time=ends, allow_overlap=True)
        number: int = added.id
        return number

    async def start(self, lesson: int) -> LiveLesson:
        """The teacher joins, unless the meeting is over already; does not wait for another start."""
        start = replace(self.container.start_lesson(), pauses=(0,))
        started: LiveLesson = await start(lesson, self.teacher.id)
        meeting = self.meeting(started)
        meeting.is_on = not meeting.is_over
        return started

    def meeting(self, started: LiveLesson) -> FakeMeeting:
        return self.provider.meetings[started.lease.meeting_id or ""]

    async def end(self, lesson: int) -> None:
        await self.container.end_lesson()(lesson, self.teacher.id)

    async def tell(self, meeting: FakeMeeting) -> bool:
        told: bool = await self.container.handle_meeting_events().meeting_ended(meeting.id, meeting.uuid)
        return told

    async def reap(self, minutes: float = 0) -> None:
        """So much later."""
        self.now += minutes * MINUTE
        await self.container.reap_leases()()

    async def do_jobs(self, minutes: float = 5) -> None:
        self.now += minutes * MINUTE
        await self.container.jobs().run(self.container.work(), until_idle=True)

    async def status(self, lesson: int) -> str:
        rows = await rows_of(self.container, "scheduled_lessons")
        return next(str(row["status"]) for row in rows if row["id"] == lesson)

    async def leases(self) -> list[dict[str, Any]]:
        """Those that have not ended."""
        return [row for row in await rows_of(self.container, "conference_leases") if row["ended_at"] is None]

    def left(self) -> list[FakeMeeting]:
        """Meetings that could still be started."""
        return [meeting for meeting in self.provider.meetings.values() if not meeting.is_over]

    def meanwhile(self, do: Any, *, late: bool) -> None:
        """Runs `do` during the next request to the provider: before it takes effect, or `late`, before the reply."""
        self.provider.meanwhile = Meanwhile(do=do, late=late)


@contextmanager
def pooled(container: Container) -> Iterator[Pooled]:
    """Over a container that is new, with no limits of its teacher."""
    pool = Pooled(container)
    conference_providers = ConferenceProviders(
        providers=dict.fromkeys(ProviderName, pool.provider), vault=container.vault()
    )
    clock = providers.Object(lambda: pool.now)
    with (
        container.teacher_limits.override(providers.Object(TeacherLimits())),
        container.clock.override(clock),
        container.conference_providers.override(providers.Object(conference_providers)),
    ):
        yield pool
