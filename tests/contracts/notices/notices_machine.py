"""Two people, two courses and a clock that jumps, over one store, against a model that shares no code with the rules.

The laws (issue 24, Notices): after the round of a day everybody has been told the stage that holds for each open
course, whether or not rounds before it were missed; what is not true is not told; nobody is told or mailed twice,
however often jobs run and wherever the clock goes.
"""

from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from dependency_injector import providers
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.mailer import MemoryMailer
from atg_adapters.sql.tables.learning import user_courses
from atg_core.learning.assignments import Assignees
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.mailed import do_jobs
from tests.people import add_person

ZONE = ZoneInfo("Asia/Yekaterinburg")
WHO, WHICH = st.integers(0, 1), st.integers(0, 1)
_CLOCKED = (
    *("enroll", "leave", "assign_course", "update_completion", "notifier", "tell_due", "deliver_notices"),
    *("send_notices", "true_notices", "jobs", "work", "mailer"),
)
_STAGES = {0: "course_due_0", 3: "course_due_3", 14: "course_due_14"}

type Told = tuple[UUID, str, UUID, datetime]


class NoticesMachine(RuleBasedStateMachine):
    """Subclasses say over which store: `container`, and `run` for its coroutines."""

    container: ClassVar[Container]
    run: ClassVar[Callable[[Coroutine[Any, Any, Any]], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 2, 7, tzinfo=UTC)
        self.container.clock.override(providers.Object(lambda: self.now))
        for name in _CLOCKED:
            getattr(self.container, name).reset()
        self.mailer = MemoryMailer()
        self.container.mailer.override(providers.Object(self.mailer))
        self.name = uuid4().hex[:8]
        codes = [f"{self.name}-{number}" for number in range(2)]
        self.run(arrange(self.container, courses=[{"code": code, "title": code} for code in codes]))
        rows = {row["code"]: row["id"] for row in self.run(rows_of(self.container, "courses"))}
        self.courses = [rows[code] for code in codes]
        self.people = [self.run(add_person(self.container, f"{self.name}-{number}")) for number in range(2)]
        self.due: dict[tuple[UUID, UUID], datetime] = {}
        self.finished: set[tuple[UUID, UUID]] = set()
        self.assigned: dict[tuple[UUID, UUID, datetime], datetime] = {}
        self.told: set[Told] = set()
        self.days_done: set[date] = {row["day"] for row in self.run(rows_of(self.container, "notice_rounds"))}

    @rule(who=WHO, which=WHICH, hours=st.integers(-30, 16 * 24))
    def assign(self, who: int, which: int, hours: int) -> None:
        person, course, due = self.people[who], self.courses[which], self._due(hours)
        self.run(self.container.assign_course()(course, Assignees(user_ids=(person,)), due))
        self._note_due(person, course, due)
        self.assigned.setdefault((person, course, due), self.now)
        self.told.add((person, "course_assigned", course, due))

    @rule(who=WHO, which=WHICH, hours=st.integers(-30, 16 * 24))
    def import_a_due_date(self, who: int, which: int, hours: int) -> None:
        """Of which nobody is told."""
        person, course, due = self.people[who], self.courses[which], self._due(hours)
        self.run(self.container.enroll()(person, course))
        self.run(self._change(person, course, due_at=due))
        self._note_due(person, course, due)

    @rule(who=WHO, which=WHICH)
    def leave(self, who: int, which: int) -> None:
        self.run(self.container.leave()(self.people[who], self.courses[which]))
        self.due.pop((self.people[who], self.courses[which]), None)

    @rule(who=WHO, which=WHICH)
    def finish(self, who: int, which: int) -> None:
        """For good, also with another due date."""
        if self.due.pop((self.people[who], self.courses[which]), None):
            self.run(self._change(self.people[who], self.courses[which], status="completed"))
            self.finished.add((self.people[who], self.courses[which]))

    @rule(hours=st.integers(-40, 20 * 24))
    def let_the_clock_jump(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(times=st.integers(1, 2))
    def do_the_round(self, times: int) -> None:
        for _ in range(times):
            self.run(self.container.tell_due()())
        today = self.now.astimezone(ZONE).date()
        if today in self.days_done:
            return
        self.days_done = {day for day in self.days_done | {today} if day >= today - timedelta(days=60)}
        for (person, course), due in self.due.items():
            if stage := self._stage(person, course, due):
                self.told.add((person, stage, course, due))

    @rule()
    def do_the_jobs(self) -> None:
        self.run(self.container.deliver_notices()())
        self.run(do_jobs(self.container))

    @invariant()
    def everybody_is_told_what_holds_and_nothing_twice(self) -> None:
        rows = [row for row in self.run(rows_of(self.container, "notices")) if row["user_id"] in self.people]
        of_courses = [row for row in rows if row["subject"].startswith("course:")]
        told = [(row["user_id"], row["kind"], UUID(row["subject"][7:]), row["occasion"]) for row in of_courses]
        assert Counter(told) == dict.fromkeys(self.told, 1)

    @invariant()
    def nobody_is_mailed_twice(self) -> None:
        assert max(Counter(mail.key for mail in self.mailer.sent).values(), default=1) == 1
        lines = Counter((mail.to, mail.text) for mail in self.mailer.sent)
        assert max(lines.values(), default=1) == 1

    def _note_due(self, person: UUID, course: UUID, due: datetime) -> None:
        if (person, course) not in self.finished:
            self.due[person, course] = due

    def _due(self, hours: int) -> datetime:
        return self.now + timedelta(hours=hours)

    def _stage(self, person: UUID, course: UUID, due: datetime) -> str | None:
        """As one would find it with a calendar on the wall."""
        if due <= self.now:
            return "course_overdue"
        tonight = datetime.combine(self.now.astimezone(ZONE), time(23, 59, 59, 999_999), ZONE)
        for days, kind in _STAGES.items():
            if due <= tonight + timedelta(days=days):
                heard = self.assigned.get((person, course, due))
                return None if heard and due - timedelta(days=days) <= heard else kind
        return None

    async def _change(self, person: UUID, course: UUID, **values: Any) -> None:
        database = self.container.database()
        if isinstance(database, MemoryDatabase):
            [row] = database.rows("user_courses", user_id=person, course_id=course)
            database.update("user_courses", row["id"], **values)
            return
        changed = sa.update(user_courses).where(user_courses.c.user_id == person, user_courses.c.course_id == course)
        async with database.transaction() as connection:
            await connection.execute(changed.values(**values))
