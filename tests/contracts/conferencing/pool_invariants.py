"""Invariants of the pool of conference accounts, as a Hypothesis state machine.

They are (spec: schedule, The pool; promises P1 to P7): no account exceeds its capacity, no lesson has two live leases,
a lesson is live while it has a lease with a meeting, a start gets any free place, no account stays busy for ever, and
no meeting outlasts its lease once all jobs are done.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from dependency_injector import providers
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from atg_core.conferencing.batching import Batcher
from atg_core.conferencing.meeting_cleanup import CLEAN_UP_MEETING, END_MEETING, CleanUpMeeting, EndMeeting
from atg_core.conferencing.model import Credentials, ProviderName
from atg_core.conferencing.ports import Pool, PoolExhausted
from atg_core.conferencing.provider import ConferenceProviders
from atg_core.errors import AtgError
from atg_core.identity.model import Role
from atg_core.jobs.model import JobKind, Work
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.conferencing.faulty_provider import Death, FakeMeeting, Fault, FaultyProvider, Meanwhile
from tests.people import add_person

type Row = dict[str, Any]

MINUTE = timedelta(minutes=1)
EARLY = 15 * MINUTE
HOURS = 20 + 120 + 60 + 2
"""Minutes, after which nothing is left of any lesson."""
_SECRETS = Credentials(account_id="acc", client_id="cli", client_secret="sec")
_USES_A_CLOCK = (
    *(
        "meeting_cleanup",
        "lease_accounts",
        "start_lesson",
        "end_lesson",
        "handle_meeting_events",
        "reap_leases",
        "edit_accounts",
    ),
    *("edit_lessons", "edit_groups", "jobs"),
)


class PoolInvariants(RuleBasedStateMachine):
    """Subclasses choose the store: `container`, and `run` for its coroutines."""

    container: ClassVar[Container]
    run: ClassVar[Callable[[Coroutine[Any, Any, Any]], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 2, 8, tzinfo=UTC)
        self.container.clock.override(providers.Object(lambda: self.now))
        for name in _USES_A_CLOCK:
            getattr(self.container, name).reset()
        self.events: list[FakeMeeting] = []
        self.provider = FaultyProvider(self.events.append)
        self.conference_providers = ConferenceProviders(
            providers=dict.fromkeys(ProviderName, self.provider), vault=self.container.vault()
        )
        self.container.conference_providers.override(providers.Object(self.conference_providers))
        self.lessons: list[int] = []
        self.accounts: list[int] = []
        self.refusals = 0
        self.leases: dict[UUID, Row] = {}
        self.opens_until_death: int | None = None
        self.run(self._open_school())

    async def _open_school(self) -> None:
        self.teacher = Viewer(id=await add_person(self.container, uuid4().hex, role=Role.TEACHER))
        self.group = (await self.container.edit_groups().add(self.teacher, "10A")).id
        take = Batcher(replace(self.container.lease_accounts(), open=self._open))
        self.start_lesson = replace(self.container.start_lesson(), lease_account=take, open=self._open, pauses=(0, 0))
        self.end_lesson = replace(self.container.end_lesson(), open=self._open)
        self.reap_leases = replace(self.container.reap_leases(), open=self._open)
        # Those of earlier examples take no part.
        for row in await rows_of(self.container, "conference_accounts"):
            await self.container.edit_accounts().change(row["id"], {"is_enabled": False})

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Pool]:
        """A store, unless the process dies before opening it."""
        if self.opens_until_death is not None:
            self.opens_until_death -= 1
            if self.opens_until_death < 0:
                self.opens_until_death = None
                raise Death
        async with self.container.open_pool()() as store:
            yield store

    @initialize(second=st.sampled_from([1, 2]), most=st.sampled_from([1, 2, 100]))
    def begin(self, second: int, most: int) -> None:
        self.add_account(provider=ProviderName.ZOOM, capacity=1, most=100, sealed=True)
        self.add_account(provider=ProviderName.LOCAL, capacity=second, most=most, sealed=False)
        self.add_account(provider=ProviderName.ZOOM, capacity=2, most=100, sealed=False)

    def add_account(self, *, provider: ProviderName, capacity: int, most: int, sealed: bool) -> None:
        values = {"provider": provider, "label": uuid4().hex, "provider_user_id": None, "is_enabled": True}
        values |= {"capacity": capacity, "daily_limit": most}
        added = self.run(self.container.edit_accounts().add(values, _SECRETS.values() if sealed else None))
        self.accounts.append(added.id)

    def plan(self, minutes: int, length: int) -> int:
        """A lesson that begins so many minutes from now."""
        start = self.now + minutes * MINUTE
        values = {"group_id": self.group, "title": "x", "start_time": start, "end_time": start + length * MINUTE}
        added = self.run(self.container.edit_lessons().add(self.teacher, **values, allow_overlap=True))
        self.lessons.append(added.id)
        number: int = added.id
        return number

    async def _do_jobs(self) -> None:
        own = {"open": self.container.open_pool(), "conference_providers": self.conference_providers}
        handlers = {END_MEETING: EndMeeting(**own), CLEAN_UP_MEETING: CleanUpMeeting(**own)}
        kinds = tuple(JobKind(name=name, handler=do, max_tries=300) for name, do in handlers.items())
        await self.container.jobs().run(Work(kinds=kinds), until_idle=True)

    def _let_time_pass(self, minutes: int) -> None:
        """With the reaper each minute, as it should be."""
        ends = {row["id"]: row["end_time"] for row in self._lessons()}
        until = self.now + minutes * MINUTE
        while self.now < until:
            self.now += MINUTE
            self.run(self.reap_leases())
            live = [row for row in self._leases().values() if row["ended_at"] is None]
            for row in live:
                assert self.now < row["expires_at"] + 2 * MINUTE, "an account is busy for ever"
                assert row["meeting_id"] or self.now < max(row["leased_at"] + 2 * MINUTE, row["making_until"])
                assert self.now < ends[row["lesson_id"]] + 60 * MINUTE
            if not live:
                self.now = until

    def _expect(self, fault: Fault | None, deed: str | None, late: bool, lesson_id: int) -> None:
        """What becomes of the next request to the provider, and what happens during it.

        No request lasts longer than others wait for it; but who has made one may be held up before hearing the answer.
        """
        self.provider.fault, self.provider.meanwhile = fault, None
        if deed:
            late = late or deed.endswith("later")
            self.provider.meanwhile = Meanwhile(do=lambda: self._do(deed, lesson_id), late=late)

    async def _do(self, deed: str, lesson_id: int) -> None:
        if deed.endswith("later"):
            self.now += timedelta(seconds=41 if deed == "start later" else 150)
        try:
            match deed.split():
                case ["end", *again]:
                    await self.container.end_lesson()(lesson_id, None)
                    if again:
                        await self.start_lesson(lesson_id, self.teacher.id)
                case ["start", *_]:
                    await self.start_lesson(lesson_id, self.teacher.id)
                case ["reap", *_]:
                    await self.container.reap_leases()()
                case ["tell"]:
                    for event in list(self.events):
                        await self.container.handle_meeting_events().meeting_ended(event.id, event.uuid)
                case _:
                    await self._do_jobs()
        except PoolExhausted:
            self.refusals += 1
        except AtgError:
            pass

    def _lesson(self, which: int) -> int:
        """One of the newest, with which more goes on than with those before."""
        newest = self.lessons[-5:] or [self.plan(0, 30)]
        return newest[which % len(newest)]

    def _lessons(self) -> list[Row]:
        return [row for row in self.run(rows_of(self.container, "scheduled_lessons")) if row["id"] in self.lessons]

    def _leases(self) -> dict[UUID, Row]:
        rows = self.run(rows_of(self.container, "conference_leases"))
        return {row["id"]: row for row in rows if row["lesson_id"] in self.lessons}

    def _refusals(self) -> list[Row]:
        rows = self.run(rows_of(self.container, "conference_refusals"))
        return [row for row in rows if row["lesson_id"] in self.lessons]

    def _now(self, lesson_id: int) -> tuple[Row, Row | None, bool]:
        """The lesson, its lease, and whether there is a free place, by counting leases."""
        leases = list(self._leases().values())
        [lesson] = [row for row in self._lessons() if row["id"] == lesson_id]
        lease = next((row for row in leases if row["lesson_id"] == lesson_id and row["ended_at"] is None), None)
        return lesson, lease, any(self._room(row, leases) for row in self._accounts())

    def _accounts(self) -> list[Row]:
        rows = self.run(rows_of(self.container, "conference_accounts"))
        return [row for row in rows if row["id"] in self.accounts]

    def _room(self, account: Row, leases: list[Row]) -> int:
        """How many lessons more it may host."""
        usable = account["is_enabled"] and (account["provider"] == "local" or account["sealed"] is not None)
        hosted = sum(row["account_id"] == account["id"] and row["ended_at"] is None for row in leases)
        made = account["made"] if account["made_on"] == self.now.date() else 0
        return max(0, min(account["capacity"] - hosted, account["daily_limit"] - made)) if usable else 0

    def _is_startable(self, lesson: Row) -> bool:
        return lesson["status"] != "cancelled" and lesson["start_time"] - EARLY <= self.now < lesson["end_time"]

    def _is_live(self, lesson_id: int, started: Any, before: Row | None) -> None:
        if before and before["meeting_id"]:
            assert started.lease.meeting_id == before["meeting_id"], "a live lesson was given another meeting"
        kept = self.provider.meetings[started.lease.meeting_id]
        assert started.lesson.zoom_start_url.startswith(f"https://x/s/{kept.id}?")
        assert started.lesson.zoom_join_url == f"https://x/j/{kept.id}"
        assert kept.tag == f"[{lesson_id}-{started.lease.id.hex[:12]}]"
        assert kept.account_id == started.lease.account_id

    @invariant()
    def the_laws_hold(self) -> None:
        before, self.leases = self.leases, self._leases()
        live = [row for row in self.leases.values() if row["ended_at"] is None]
        for account in self._accounts():
            self._hosts_no_more_than_it_may(account, live, {row["id"] for row in live} - before.keys())
        assert len({row["lesson_id"] for row in live}) == len(live), "a lesson holds two accounts"
        hosted = {row["lesson_id"] for row in live if row["meeting_id"]}
        for lesson in self._lessons():
            is_live = lesson["id"] in hosted
            assert (lesson["status"] == "live") is is_live
            assert (lesson["zoom_start_url"] is not None) is (lesson["zoom_join_url"] is not None) is is_live
        assert len(self._refusals()) == self.refusals
        places = self.run(rows_of(self.container, "conference_places"))
        taken = {row["lease_id"] for row in places if row["lease_id"] in self.leases}
        assert taken == ({row["id"] for row in live} if places else set()), "memory has no places"

    def _hosts_no_more_than_it_may(self, account: Row, live: list[Row], new: set[UUID]) -> None:
        mine = {row["id"] for row in live if row["account_id"] == account["id"]}
        if mine & new:
            assert len(mine) <= account["capacity"]
            assert account["provider"] == "local" or account["sealed"]
        today = [row for row in self.leases.values() if row["leased_at"].date() == self.now.date()]
        assert sum(row["account_id"] == account["id"] for row in today) <= account["daily_limit"]

    def teardown(self) -> None:
        """When all is over, nothing is left: neither here nor at the provider."""
        if not self.accounts:
            return
        self._let_time_pass(HOURS)
        for _ in range(4):  # a job that has failed is due again after five minutes at most
            self.now += 5 * MINUTE
            self.run(self._do_jobs())
        assert not [row for row in self._leases().values() if row["ended_at"] is None]
        assert [kept for kept in self.provider.meetings.values() if not kept.is_over] == []
        assert not [row for row in self._lessons() if row["status"] == "live"]
        self.container.conference_providers.reset_override()
