"""Two learners and an author, over one store, against a model that shares no code with the rules.

There are two courses of a station, of which the second has a program of its own beside, and a course without a station.

The laws (spec: catalog-learning, Rules): percents, completed courses, certificates, totals and streaks are those of the
model, in any order of completions, added and deactivated topics, repeated requests, cancelled and new enrollments; and
updating completion once more changes nothing.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from dependency_injector import providers
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from atg_core.learning.grading import TestKind, TestRef
from atg_core.learning.model import Scope
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import add_person
from tests.school import company_course, school

WHO, OF_THREE, WHICH = st.integers(0, 1), st.integers(0, 2), st.integers(0, 5)
DERIVED_TABLES = ("user_courses", "user_stats", "certificates", "certificate_numbers")


@dataclass
class Learner:
    """What the model knows of a learner: first completions, whether the final test is passed, and enrollments.

    `heard`: when their last message came; `studied`: the seconds that are believed.
    """

    id: UUID
    done: dict[int, datetime] = field(default_factory=dict)
    passed: set[int] = field(default_factory=set)
    best: dict[int, int] = field(default_factory=dict)
    enrolled: set[UUID] = field(default_factory=set)
    begun: dict[UUID, datetime] = field(default_factory=dict)
    heard: datetime | None = None
    studied: int = 0
    completed: set[UUID] = field(default_factory=set)


class LearningMachine(RuleBasedStateMachine):
    """Subclasses say over which store: `container`, and `run` for its coroutines."""

    container: ClassVar[Container]
    run: ClassVar[Callable[[Coroutine[Any, Any, Any]], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.container.clock.override(providers.Object(lambda: self.now))
        for name in (
            "enroll",
            "leave",
            "record_progress",
            "update_completion",
            "take_test",
            "import_files",
            "show_stats",
        ):
            getattr(self.container, name).reset()
        self.name = uuid4().hex[:8]
        self.school = self.run(school(self.container, name=self.name, topics=2))
        second = self.run(company_course(self.container, name=f"{self.name}-2", station=self.name, final_test=False))
        third = self.run(company_course(self.container, name=f"{self.name}-3", topics=1))
        self.courses = [self.school.course, second.id, third.id]
        self.programs = [self.school.program, third.program]
        self.lessons = [(self.school.lesson, "L"), (second.lesson, "2-L"), (third.lesson, "3-L")]
        self.shown = {self.school.course: {0}, second.id: {0, 1}, third.id: {2}}
        self.final_of = {self.school.course: 0, second.id: 0, third.id: 1}
        people = [self.run(add_person(self.container, f"{self.name}-{number}")) for number in range(2)]
        self.learners = [Learner(id=person) for person in people]
        self.topics: list[dict[int, bool]] = [{}, {}, {}]
        self._read_topics()

    @rule(who=WHO, which=OF_THREE)
    def enroll(self, who: int, which: int) -> None:
        self._later()
        learner, course = self.learners[who], self.courses[which]
        self.run(self.container.enroll()(learner.id, course))
        learner.enrolled.add(course)
        learner.begun.setdefault(course, self.now)

    @rule(who=WHO, which=OF_THREE)
    def leave(self, who: int, which: int) -> None:
        self._later()
        learner, course = self.learners[who], self.courses[which]
        self.run(self.container.leave()(learner.id, course))
        learner.enrolled.discard(course)

    @rule(who=WHO, which=WHICH, completed=st.booleans())
    def study(self, who: int, which: int, completed: bool) -> None:
        learner = self.learners[who]
        counting = {
            topic: [course for course in learner.enrolled if lesson in self.shown[course]]
            for lesson, topics in enumerate(self.topics)
            for topic, active in topics.items()
            if active
        }
        open_topics = [topic for topic, courses in counting.items() if courses]
        if not open_topics:
            return
        self._later()
        topic = open_topics[which % len(open_topics)]
        progress, _ = self.run(
            self.container.record_progress()(
                learner.id, topic, completed=completed, position_seconds=None, seconds_studied=90
            )
        )
        since = learner.heard or min(learner.begun[course] for course in counting[topic])
        learner.studied += min(90, int((self.now - since).total_seconds()))
        learner.heard = self.now
        if completed:
            learner.done.setdefault(topic, self.now)
        assert progress.completed_at == learner.done.get(topic)

    @rule(days=st.integers(1, 2))
    def let_days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(who=WHO, which=WHO, score=st.sampled_from([0, 69, 70, 100]))
    def take_a_final_test(self, who: int, which: int, score: int) -> None:
        self._later()
        learner = self.learners[who]
        test = TestRef(kind=TestKind.FINAL, parent_id=self.programs[which])
        self.run(self.container.take_test().record(learner.id, test, score))
        learner.passed |= {which} if score >= 70 else set()
        learner.best[which] = max(learner.best.get(which, 0), score)

    @precondition(lambda self: max(map(len, self.topics)) < 5)
    @rule(lesson=OF_THREE)
    def add_a_topic(self, lesson: int) -> None:
        self._write_topic(lesson, str(len(self.topics[lesson]) + 1), active=True)

    @rule(lesson=OF_THREE, which=WHICH, active=st.booleans())
    def turn_a_topic_off_or_on(self, lesson: int, which: int, active: bool) -> None:
        self._write_topic(lesson, str(which % len(self.topics[lesson]) + 1), active=active)

    def _write_topic(self, lesson: int, code: str, *, active: bool) -> None:
        self._later()
        _, name = self.lessons[lesson]
        row = {"lesson": f"{self.name}-{name}", "code": code, "title": code, "is_active": str(active).lower()}
        self.run(arrange(self.container, topics=[row]))
        self._read_topics()

    def _read_topics(self) -> None:
        rows = sorted(self.run(rows_of(self.container, "topics")), key=lambda row: row["id"])
        for number, (lesson, _) in enumerate(self.lessons):
            self.topics[number] = {row["id"]: row["is_active"] for row in rows if row["lesson_id"] == lesson}

    def _later(self) -> None:
        self.now += timedelta(minutes=1)

    def _percent(self, learner: Learner, course: UUID) -> int:
        shown = [self.topics[lesson] for lesson in self.shown[course]]
        active = [topic for topics in shown for topic, active in topics.items() if active]
        return int(100 * sum(topic in learner.done for topic in active) / len(active)) if active else 0

    def _streak(self, learner: Learner) -> int:
        """Walking back day by day."""
        days = [moment.date() for moment in learner.done.values()]
        day, length = self.now.date(), 0
        if day not in days:
            day -= timedelta(days=1)
        while day in days:
            day, length = day - timedelta(days=1), length + 1
        return length

    @invariant()
    def derived_data_matches_the_model(self) -> None:
        rows = {name: self.run(rows_of(self.container, name)) for name in DERIVED_TABLES}
        for learner in self.learners:
            percents = {course: self._percent(learner, course) for course in learner.enrolled}
            learner.completed |= {
                course
                for course, percent in percents.items()
                if percent == 100 and self.final_of[course] in learner.passed
            }
            mine = {row["course_id"]: row for row in rows["user_courses"] if row["user_id"] == learner.id}
            for course in learner.enrolled:
                assert mine[course]["progress_percent"] == percents[course]
                completed = course in learner.completed
                assert mine[course]["status"] == ("completed" if completed else "in_progress")
                assert (mine[course]["completed_at"] is not None) == completed
            seconds = sum(row["hours_studied"] * 3600 + row["seconds_over"] for row in mine.values())
            assert seconds == learner.studied
            certified = [row["course_id"] for row in rows["certificates"] if row["user_id"] == learner.id]
            assert sorted(certified) == sorted(learner.completed)
            stats, streak_days, _ = self.run(self.container.show_stats()(learner.id))
            assert streak_days == self._streak(learner)
            assert stats.active_courses + stats.completed_courses == len(learner.enrolled)
            assert stats.completed_courses == list(percents.values()).count(100)
            assert stats.total_progress == sum(percents.values())
            assert stats.certificates_count == len(learner.completed)
            assert stats.topics_completed == len(learner.done)
            assert (stats.tests_taken, stats.tests_passed) == (len(learner.best), len(learner.passed))
            assert stats.best_scores == sum(learner.best.values())
        numbers = sorted(int(row["number"].rpartition("-")[2]) for row in rows["certificates"])
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def an_update_changes_nothing(self) -> None:
        before = [self.run(rows_of(self.container, name)) for name in DERIVED_TABLES]
        self.run(self.container.update_completion()(Scope()))
        after = [self.run(rows_of(self.container, name)) for name in DERIVED_TABLES]
        for rows, same in zip(before, after, strict=True):
            assert sorted(map(repr, rows)) == sorted(map(repr, same))
