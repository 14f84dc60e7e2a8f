"""A learner in courses whose certificates end, over one store, against a model that shares no code with the rules.

The courses: with a final test; with one and topics that are taken anew; without a test.

The laws (spec: catalog-learning, Rules): whatever the order of completions, results, leaving and coming back, of
changes of the rules of a course, and with a clock that jumps, there is one certificate for each completed round, with
the end of its moment; and round, due date and completion are those of the model after each run of the job.
"""

from calendar import monthrange
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from dependency_injector import providers
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from atg_core.catalog.curriculum_records import COURSES
from atg_core.learning import grading
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.people import add_person
from tests.school import company_course

WHICH = st.integers(0, 2)


def _months_later(moment: datetime, months: int) -> datetime:
    """Month by month; the day is cut to the last month alone."""
    year, month = moment.year, moment.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


@dataclass
class Model:
    """One course, as the learner stands in it. `last`: when each topic was last completed for a round."""

    id: UUID
    program: int
    topics: list[int]
    has_test: bool
    renew_topics: bool = False
    months: int | None = None
    days: int = 60
    enrolled: bool = False
    round: int = 1
    since: datetime | None = None
    topics_since: datetime | None = None
    is_completed: bool = False
    until: datetime | None = None
    again: datetime | None = None
    due: datetime | None = None
    last: dict[int, datetime] = field(default_factory=dict)
    passes: list[datetime] = field(default_factory=list)
    issued: list[tuple[int, datetime, datetime | None]] = field(default_factory=list)

    def counts(self, topic: int) -> bool:
        return topic in self.last and (self.topics_since is None or self.last[topic] > self.topics_since)

    def open_if_due(self, now: datetime) -> None:
        if not self.enrolled or self.again is None or self.again > now:
            return
        self.round, self.is_completed, self.due = self.round + 1, False, self.until
        self.since, self.again = self.again, None
        self.topics_since = self.since if self.renew_topics or not self.has_test else None
        self.complete_if_so(now)

    def complete_if_so(self, now: datetime) -> None:
        is_passed = not self.has_test or any(self.since is None or at > self.since for at in self.passes)
        if self.is_completed or not self.enrolled or not is_passed or not all(map(self.counts, self.topics)):
            return
        self.is_completed = True
        self.until = _months_later(now, self.months) if self.months else None
        self.again = max(now, self.until - timedelta(days=self.days)) if self.until else None
        self.due = self.until if self.round > 1 else None
        self.issued.append((self.round, now, self.until))


class RoundsMachine(RuleBasedStateMachine):
    """Subclasses say over which store: `container`, and `run` for its coroutines."""

    container: ClassVar[Container]
    run: ClassVar[Callable[[Coroutine[Any, Any, Any]], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 31, 12, tzinfo=UTC)
        self.container.clock.override(providers.Object(lambda: self.now))
        for name in ("enroll", "leave", "record_progress", "update_completion", "take_test", "renew_courses"):
            getattr(self.container, name).reset()
        self.container.edit_curriculum.reset()
        name = uuid4().hex[:8]
        made = [
            self.run(company_course(self.container, name=f"{name}-{number}", topics=1, final_test=number < 2))
            for number in range(3)
        ]
        self.courses = [
            Model(id=each.id, program=each.program, topics=each.topics, has_test=number < 2)
            for number, each in enumerate(made)
        ]
        self.learner = self.run(add_person(self.container, name))
        for number, months in enumerate((12, 1, 3)):
            self.set_validity(number, months, 20, number == 1)
            self.enroll(number)

    @rule(
        which=WHICH,
        months=st.sampled_from([None, 1, 2, 12]),
        days=st.sampled_from([0, 7, 27]),
        renew_topics=st.booleans(),
    )
    def set_validity(self, which: int, months: int | None, days: int, renew_topics: bool) -> None:
        self._later()
        course = self.courses[which]
        course.months, course.days, course.renew_topics = months, days, renew_topics
        values = {"valid_months": months, "renew_days": days, "renew_topics": renew_topics}
        self.run(self.container.edit_curriculum().change(COURSES, course.id, values))

    @rule(days=st.sampled_from([-40, 1, 20, 31, 340, 400]))
    def let_the_clock_jump(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(which=WHICH)
    def enroll(self, which: int) -> None:
        self._later()
        self.run(self.container.enroll()(self.learner, self.courses[which].id))
        self.courses[which].enrolled = True
        for course in self.courses:
            course.open_if_due(self.now)
            course.complete_if_so(self.now)

    @rule(which=WHICH)
    def leave(self, which: int) -> None:
        self._later()
        self.run(self.container.leave()(self.learner, self.courses[which].id))
        self.courses[which].enrolled = False

    @rule(which=WHICH)
    def complete_a_topic(self, which: int) -> None:
        course = self.courses[which]
        if not course.enrolled:
            return
        self._later()
        topic = course.topics[0]
        record = self.container.record_progress()
        self.run(record(self.learner, topic, completed=True, position_seconds=None, seconds_studied=0))
        if topic not in course.last or (not course.counts(topic) and self.now > (course.topics_since or self.now)):
            course.last[topic] = self.now
        course.complete_if_so(self.now)

    @rule(which=st.integers(0, 1), score=st.sampled_from([0, 100]))
    def take_the_final_test(self, which: int, score: int) -> None:
        self._later()
        course = self.courses[which]
        test = grading.TestRef(kind=grading.TestKind.FINAL, parent_id=course.program)
        self.run(self.container.take_test().record(self.learner, test, score))
        course.passes += [self.now] if score == 100 else []
        course.complete_if_so(self.now)

    @rule(which=WHICH)
    def take_the_course(self, which: int) -> None:
        """So that it comes to its later rounds often."""
        self.complete_a_topic(which)
        if self.courses[which].has_test:
            self.take_the_final_test(which, 100)

    @invariant()
    def everything_is_as_the_rules_say(self) -> None:
        self._run_the_job()
        rows = {name: self.run(rows_of(self.container, name)) for name in ("user_courses", "certificates")}
        mine = {row["course_id"]: row for row in rows["user_courses"] if row["user_id"] == self.learner}
        for course in self.courses:
            issued = [row for row in rows["certificates"] if row["course_id"] == course.id]
            told = sorted((row["round"], row["issued_at"], row["valid_until"]) for row in issued)
            assert told == course.issued
            if row := mine.get(course.id):
                stands = (row["round"], row["status"] == "completed", row["valid_until"], row["renews_at"])
                assert stands == (course.round, course.is_completed, course.until, course.again)
                assert (row["due_at"], row["progress_percent"] == 100) == (
                    course.due,
                    all(map(course.counts, course.topics)),
                )

    def _later(self) -> None:
        self.now += timedelta(minutes=1)
        self._run_the_job()

    def _run_the_job(self) -> None:
        self.run(self.container.renew_courses()())
        for course in self.courses:
            course.open_if_due(self.now)
