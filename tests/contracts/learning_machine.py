"""Two learners and an author, over one store, against a model that shares no code with the rules.

The laws (spec: catalog-learning, Rules): percents, completions, certificates and totals are those of the facts, in any
order of completions, added and deactivated topics, repeated messages, cancelled and new enrollments; and drawing all
conclusions once more changes nothing.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from dependency_injector import providers
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from atg_core.learning.grading import TestKind, TestOf
from atg_core.learning.model import Scope
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import add_person
from tests.school import school

WHO, WHICH = st.integers(0, 1), st.integers(0, 5)
CONCLUSIONS = ("user_courses", "user_stats", "certificates", "certificate_numbers")


@dataclass
class Learner:
    """What the model knows of a learner: first completions, whether the final test is passed, and enrollments."""

    id: UUID
    done: dict[int, datetime] = field(default_factory=dict)
    passed: bool = False
    best: int = -1
    enrolled: set[UUID] = field(default_factory=set)
    completed: set[UUID] = field(default_factory=set)


class LearningMachine(RuleBasedStateMachine):
    """Subclasses say over which store: `container`, and `run` for its coroutines."""

    container: ClassVar[Container]
    run: ClassVar[Callable[[Coroutine[Any, Any, Any]], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.container.clock.override(providers.Object(lambda: self.now))
        for name in ("enroll", "leave", "record_progress", "settle", "take_test", "import_files"):
            getattr(self.container, name).reset()
        self.name = uuid4().hex[:8]
        self.school = self.run(school(self.container, name=self.name, topics=2))
        self.run(arrange(self.container, courses=[{"code": f"{self.name}-C2", "station": self.name, "title": "2"}]))
        rows = self.run(rows_of(self.container, "courses"))
        self.courses = [row["id"] for row in rows if row["station_id"] == self.school.station]
        people = [self.run(add_person(self.container, f"{self.name}-{number}")) for number in range(2)]
        self.learners = [Learner(id=person) for person in people]
        self.topics = dict.fromkeys(self.school.topics, True)

    @rule(who=WHO, which=WHO)
    def enroll(self, who: int, which: int) -> None:
        self._later()
        learner, course = self.learners[who], self.courses[which]
        self.run(self.container.enroll()(learner.id, course))
        learner.enrolled.add(course)

    @rule(who=WHO, which=WHO)
    def leave(self, who: int, which: int) -> None:
        self._later()
        learner, course = self.learners[who], self.courses[which]
        self.run(self.container.leave()(learner.id, course))
        learner.enrolled.discard(course)

    @rule(who=WHO, which=WHICH, completed=st.booleans())
    def study(self, who: int, which: int, completed: bool) -> None:
        learner, active = self.learners[who], [topic for topic, active in self.topics.items() if active]
        if not learner.enrolled or not active:
            return
        self._later()
        topic = active[which % len(active)]
        progress, _ = self.run(
            self.container.record_progress()(
                learner.id, topic, completed=completed, position_seconds=None, seconds_studied=90
            )
        )
        if completed:
            learner.done.setdefault(topic, self.now)
        assert progress.completed_at == learner.done.get(topic)

    @rule(who=WHO, score=st.sampled_from([0, 69, 70, 100]))
    def take_the_final_test(self, who: int, score: int) -> None:
        self._later()
        learner = self.learners[who]
        test = TestOf(kind=TestKind.FINAL, parent_id=self.school.program)
        self.run(self.container.take_test().record(learner.id, test, score))
        learner.passed |= score >= 70
        learner.best = max(learner.best, score)

    @precondition(lambda self: len(self.topics) < 5)
    @rule()
    def add_a_topic(self) -> None:
        self._write_topic(str(len(self.topics) + 1), active=True)

    @rule(which=WHICH, active=st.booleans())
    def turn_a_topic_off_or_on(self, which: int, active: bool) -> None:
        self._write_topic(str(which % len(self.topics) + 1), active=active)

    def _write_topic(self, code: str, *, active: bool) -> None:
        self._later()
        row = {"lesson": f"{self.name}-L", "code": code, "title": code, "is_active": str(active).lower()}
        self.run(arrange(self.container, topics=[row]))
        lesson = self.school.lesson
        rows = [row for row in self.run(rows_of(self.container, "topics")) if row["lesson_id"] == lesson]
        self.topics = {row["id"]: row["is_active"] for row in sorted(rows, key=lambda row: row["id"])}

    def _later(self) -> None:
        self.now += timedelta(minutes=1)

    def _percent(self, learner: Learner) -> int:
        active = [topic for topic, active in self.topics.items() if active]
        return int(100 * sum(topic in learner.done for topic in active) / len(active)) if active else 0

    @invariant()
    def conclusions_are_those_of_the_facts(self) -> None:
        rows = {name: self.run(rows_of(self.container, name)) for name in CONCLUSIONS}
        for learner in self.learners:
            percent = self._percent(learner)
            if percent == 100 and learner.passed:
                learner.completed |= learner.enrolled
            mine = {row["course_id"]: row for row in rows["user_courses"] if row["user_id"] == learner.id}
            for course in learner.enrolled:
                assert mine[course]["progress_percent"] == percent
                completed = course in learner.completed
                assert mine[course]["status"] == ("completed" if completed else "in_progress")
                assert (mine[course]["completed_at"] is not None) == completed
            certified = [row["course_id"] for row in rows["certificates"] if row["user_id"] == learner.id]
            assert sorted(certified) == sorted(learner.completed)
            stats = self.run(self.container.learners().totals(learner.id))
            assert stats.active_courses + stats.completed_courses == len(learner.enrolled)
            assert stats.completed_courses == (len(learner.enrolled) if percent == 100 else 0)
            assert stats.total_progress == percent * len(learner.enrolled)
            assert stats.certificates_count == len(learner.completed)
            assert stats.topics_completed == len(learner.done)
            assert (stats.tests_taken, stats.tests_passed) == (learner.best >= 0, learner.passed)
            assert stats.best_scores == max(learner.best, 0)
        numbers = sorted(int(row["number"].rpartition("-")[2]) for row in rows["certificates"])
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def once_more_changes_nothing(self) -> None:
        before = [self.run(rows_of(self.container, name)) for name in CONCLUSIONS]
        self.run(self.container.settle()(Scope()))
        after = [self.run(rows_of(self.container, name)) for name in CONCLUSIONS]
        for rows, same in zip(before, after, strict=True):
            assert sorted(map(repr, rows)) == sorted(map(repr, same))
