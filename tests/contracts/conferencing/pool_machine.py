"""State machine of the pool: provider, processes and events fail in every way, and the invariants hold."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from atg_core.conferencing.model import ProviderName
from atg_core.conferencing.ports import (
    AccountBusy,
    ConferenceProviderFailed,
    LessonNotLive,
    LessonNotStartable,
    PoolExhausted,
    StartUnderWay,
)
from atg_core.schedule.ports import LessonLive, LessonStarted
from tests.contracts.conferencing.faulty_provider import Death, Fault
from tests.contracts.conferencing.pool_batches import BatchedPool
from tests.contracts.conferencing.pool_invariants import HOURS, MINUTE, Row

WHICH = st.integers(0, 30)
FAULTS = st.sampled_from([*[None] * 10, *Fault])
DEEDS = st.sampled_from(
    [*[None] * 5, "end", "end start", "start", "start later", "reap", "reap later", "tell", "do jobs"]
)


class PoolMachine(BatchedPool):
    """Subclasses choose the store, as of `PoolInvariants`."""

    @rule(
        minutes=st.integers(-35, 20),
        length=st.sampled_from([30, 30, 120]),
        fault=FAULTS,
        deed=DEEDS,
        late=st.booleans(),
    )
    def start(self, minutes: int, length: int, fault: Fault | None, deed: str | None, late: bool) -> None:
        """A lesson of its own, to which its teacher comes."""
        if number := self._start(self.plan(minutes, length), fault, deed, late=late, dies=False):
            meeting = self.provider.meetings[number]
            meeting.is_on = not meeting.is_over

    @rule(which=WHICH, fault=FAULTS, deed=DEEDS, late=st.booleans(), dies=st.booleans())
    def start_again(self, which: int, fault: Fault | None, deed: str | None, late: bool, dies: bool) -> None:
        self._start(self._lesson(which), fault, deed, late=late, dies=dies)

    @rule(fault=FAULTS, deed=DEEDS, late=st.booleans())
    def start_again_much_later(self, fault: Fault | None, deed: str | None, late: bool) -> None:
        """When the URL to start the meeting has expired."""
        lesson_id = self.plan(0, 120)
        if number := self._start(lesson_id, None, None, late=late, dies=False):
            self.provider.meetings[number].is_on = True
            self._let_time_pass(91)
            if self._start(lesson_id, fault, deed, late=late, dies=False) and not (fault or deed):
                [lesson] = [row for row in self._lessons() if row["id"] == lesson_id]
                assert lesson["zoom_start_url"] == self.provider.meetings[number].start_url

    def _start(self, lesson_id: int, fault: Fault | None, deed: str | None, *, late: bool, dies: bool) -> str | None:
        """The number of the meeting that is told. `dies`: when the meeting is made, and not saved yet."""
        lesson, lease, has_room = self._now(lesson_id)
        self._expect(fault, deed, late, lesson_id)
        self.opens_until_death = 1 if dies and deed is None and not (lease and lease["meeting_id"]) else None
        startable, at = self._is_startable(lesson), self.now
        try:
            started = self.run(self.start_lesson(lesson_id, self.teacher.id))
        except PoolExhausted:
            assert lease is None
            assert startable
            assert not has_room, "a refusal though there was a free place"
            self.refusals += 1
        except LessonNotStartable:
            assert lease is None
            assert not startable
        except StartUnderWay:
            assert lease is not None
            assert lease["making_until"] > at
        except LessonNotLive:
            assert deed is not None
        except ConferenceProviderFailed:
            assert fault
            if deed is None:
                assert self._now(lesson_id)[1] is None, "the account is free again"
        except Death:
            assert dies or fault in {Fault.DIES, Fault.DIES_AFTER}
        else:
            assert lease or deed or has_room
            self._is_live(lesson_id, started, lease)
            assert deed or self._now(lesson_id)[0]["zoom_start_url"] == started.lesson.zoom_start_url
            return str(started.lease.meeting_id)
        finally:
            self._expect(None, None, late, lesson_id)
            self.opens_until_death = None
        return None

    @rule(which=WHICH, fault=FAULTS, deed=DEEDS, late=st.booleans())
    def end(self, which: int, fault: Fault | None, deed: str | None, late: bool) -> None:
        lesson_id = self._lesson(which)
        lesson, lease, _ = self._now(lesson_id)
        self._expect(fault, deed, late, lesson_id)
        try:
            ended = self.run(self.end_lesson(lesson_id, self.teacher.id))
        except LessonNotLive:
            assert lease is None
        except Death:
            assert fault in {Fault.DIES, Fault.DIES_AFTER}
        else:
            after = self._now(lesson_id)[1]
            assert after is None or (deed is not None and after["id"] != (lease and lease["id"]))
            was_live = lease is not None and lease["meeting_id"] is not None
            assert deed or ended.status == ("ended" if was_live else lesson["status"])
        self._expect(None, None, late, lesson_id)

    @rule(which=WHICH)
    def come(self, which: int) -> None:
        """The host begins a meeting by the link that once was given, whoever has the account by now."""
        begun = [each for each in self.provider.meetings.values() if not each.is_over and not each.is_on]
        if begun:
            begun[which % len(begun)].is_on = True

    @rule(which=WHICH)
    def leave(self, which: int) -> None:
        on = [each for each in self.provider.meetings.values() if each.is_on]
        if on:
            self.provider.leave(on[which % len(on)])

    @rule(which=WHICH, times=st.integers(1, 2), by_uuid=st.booleans(), forget=st.booleans())
    def tell(self, which: int, times: int, by_uuid: bool, forget: bool) -> None:
        """Any event there ever was, in any order, also once more and much later (P4)."""
        if not self.events:
            return
        event = self.events.pop(which % len(self.events))
        before = self._leases()
        for _ in range(times):
            self.run(self.container.handle_meeting_events().meeting_ended(event.id, event.uuid if by_uuid else None))
        if not forget:
            self.events.append(event)
        changed = {key for key, row in self._leases().items() if row != before[key]}
        assert changed <= {key for key, row in before.items() if row["meeting_id"] == event.id}

    @rule(
        fault=FAULTS,
        deed=DEEDS,
        late=st.booleans(),
        which=WHICH,
        dies=st.integers(0, 20),
    )
    def reap(self, fault: Fault | None, deed: str | None, late: bool, which: int, dies: int) -> None:
        self._expect(fault, deed, late, self._lesson(which))
        self.opens_until_death = dies if dies < 5 else None
        with suppress(Death):
            self.run(self.reap_leases())
        self._expect(None, None, late, 0)
        self.opens_until_death = None

    @rule(fault=FAULTS)
    def do_jobs(self, fault: Fault | None) -> None:
        begun = [each for each in self.provider.meetings.values() if not each.is_over]
        self._expect(None if fault in {Fault.DIES, Fault.DIES_AFTER} else fault, None, False, 0)
        self.run(self._do_jobs())
        self.provider.fault = None
        held = {row["meeting_id"] for row in self._leases().values() if row["ended_at"] is None}
        assert not [each for each in begun if each.is_over and each.id in held], "a job has ended a lesson"

    @rule(seconds=st.sampled_from([5, 39, 41, 70]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: any(row["made"] >= row["daily_limit"] for row in self._accounts()))
    @rule()
    def sleep_until_tomorrow(self) -> None:
        self._let_time_pass(HOURS)
        self.now = (self.now + timedelta(days=1)).replace(hour=8, minute=0, second=0)

    @rule(minutes=st.sampled_from([1, 2, 10, 20, 46, 100]), away=st.booleans())
    def let_time_pass(self, minutes: int, away: bool) -> None:
        """The provider may be away for so long (P5, P6)."""
        self.provider.is_away = away
        self._let_time_pass(minutes)
        self.provider.is_away = False

    @rule(which=WHICH, capacity=st.integers(1, 3), is_enabled=st.sampled_from([True, True, False]))
    def change_an_account(self, which: int, capacity: int, is_enabled: bool) -> None:
        account_id = self.accounts[which % len(self.accounts)]
        change = self.container.edit_accounts().change
        self.run(change(account_id, {"capacity": capacity, "is_enabled": is_enabled}))

    @rule(which=WHICH)
    def replace_an_account(self, which: int) -> None:
        account_id = self.accounts[which % len(self.accounts)]
        hosts = [row for row in self._leases().values() if row["ended_at"] is None and row["account_id"] == account_id]
        try:
            self.run(self.container.edit_accounts().delete(account_id))
        except AccountBusy:
            assert hosts
            return
        assert not hosts
        self.accounts.remove(account_id)
        for meeting in self.provider.meetings.values():
            meeting.is_over |= meeting.account_id == account_id  # nobody can ask for them any more
        self.add_account(provider=ProviderName.LOCAL, capacity=1, most=2, sealed=False)

    @rule(which=WHICH, deed=st.sampled_from(["cancel", "plan", "move", "delete"]))
    def edit_a_lesson(self, which: int, deed: str) -> None:
        lesson_id = self._lesson(which)
        lesson, lease, _ = self._now(lesson_id)
        edit, start = self.container.edit_lessons(), self.now + 5 * MINUTE
        changes: dict[str, Row] = {
            "cancel": {"status": "cancelled"},
            "plan": {"status": "planned"},
            "move": {"start_time": start, "end_time": start + 30 * MINUTE},
        }
        try:
            if deed == "delete":
                self.run(edit.delete(self.teacher, lesson_id))
                self.lessons.remove(lesson_id)
                self._forget(lesson_id)
            else:
                self.run(edit.change(self.teacher, lesson_id, changes[deed], allow_overlap=True))
        except (LessonLive, LessonStarted):
            assert lease or lesson["status"] in {"live", "ended"}
        else:
            plans = ("status", "start_time", "end_time")
            assert lease is None or all(self._now(lesson_id)[0][name] == lesson[name] for name in plans)

    def _forget(self, lesson_id: int) -> None:
        """Nobody knows any more of which lease a meeting was that may have been made for it."""
        for meeting in self.provider.meetings.values():
            meeting.is_over |= meeting.tag.startswith(f"[{lesson_id}-")
        self.refusals = len(self._refusals())
