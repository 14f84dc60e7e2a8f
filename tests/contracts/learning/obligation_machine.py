"""People who join, leave, move and learn under assignments, against a model that shares no code with the rules.

The laws (decision 0052): each due date is the earliest of the person's own and of those of the assignments that hold
for them, each counted from when they came under it; who is late is who has not completed an active course by then; an
enrollment that nobody has begun goes with the last assignment that asked for it; the nightly round changes nothing.
A path that is assigned asks for its first course at once, and for the second when one of both is completed. All that
in any order, with clocks that jump.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, ClassVar
from uuid import UUID, uuid4

from dependency_injector import providers
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from atg_core.errors import Conflict
from atg_core.identity.model import Caller, Role
from atg_core.identity.user_administration import NewUser
from atg_core.learning.assignments import Assignees
from atg_core.learning.audiences import Assigned, Audience, AudienceKind, DueRule
from atg_core.learning.paths import DueFrom, PathCourse
from atg_core.learning.training_reports import LateQuery, PeopleQuery
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import account

WHO, WHICH, DAYS = st.integers(0, 3), st.integers(0, 1), st.integers(-40, 40)
DEPARTMENTS, POSITIONS = st.sampled_from(["A", "B", None]), st.sampled_from(["p", "q", None])
DUE_DAYS = st.one_of(st.none(), st.integers(1, 20))
PATH_DAYS, FIRST_DAYS, SECOND_DAYS = 12, 9, 5
WITH_CLOCK = (
    *("administer_users", "administer_assignments", "assign_course", "enroll", "leave"),
    *("record_progress", "update_completion", "keep_obligations", "import_files", "edit_learning_paths"),
)


@dataclass
class Worker:
    id: UUID
    role: str
    department: str | None = None
    position: str | None = None
    active: bool = True


@dataclass
class Learning:
    """What a worker has of a course: an own due date, whether it was begun, completed, asked for by more than rules."""

    own: datetime | None = None
    enrolled: bool = False
    begun: bool = False
    completed_at: datetime | None = None
    asked: bool = False


@dataclass
class Order:
    """An assignment: whom it is for, and until when. `course`: None for the path of both."""

    id: UUID
    course: int | None
    everybody: bool
    department: str | None
    position: str | None
    names: set[UUID]
    fixed: datetime | None
    days: int | None
    ended: bool = False
    since: dict[UUID, datetime] = field(default_factory=dict)

    def is_for(self, worker: Worker) -> bool:
        if self.ended or not worker.active:
            return False
        if self.names:
            return worker.id in self.names
        if worker.role == "student":
            return False
        if self.everybody:
            return True
        return (not self.department or worker.department == self.department) and (
            not self.position or worker.position == self.position
        )

    def asks_for(self, worker: Worker, course: int, completed_at: tuple[datetime | None, datetime | None]) -> bool:
        if worker.id not in self.since:
            return False
        if self.course is not None:
            return self.course == course
        return course == 0 or any(completed_at)

    def due(self, worker: Worker, course: int, first_completed_at: datetime | None) -> datetime | None:
        came = self.since[worker.id]
        if self.course is None:
            whole = came + timedelta(days=PATH_DAYS)
            if course == 0:
                return min(whole, came + timedelta(days=FIRST_DAYS))
            if first_completed_at is None:
                return whole
            return min(whole, max(came, first_completed_at) + timedelta(days=SECOND_DAYS))
        counted = None if self.days is None else came + timedelta(days=self.days)
        if self.fixed is None:
            return counted
        return max(self.fixed, counted or came)


class ObligationMachine(RuleBasedStateMachine):
    """Subclasses say over which store: `container`, and `run` for its coroutines."""

    container: ClassVar[Container]
    run: ClassVar[Callable[[Coroutine[Any, Any, Any]], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.container.clock.override(providers.Object(lambda: self.now))
        for name in WITH_CLOCK:
            getattr(self.container, name).reset()
        self.name = uuid4().hex[:8]
        self.run(self._arrange())
        rows = {row["code"]: row["id"] for row in self.run(rows_of(self.container, "courses"))}
        self.courses = [rows[f"{self.name}-{number}"] for number in range(2)]
        self.topics = self._topics()
        admin = account(f"{self.name}-admin", role=Role.ADMIN, is_active=False)
        self.run(self._add(admin))
        self.admin = Caller(
            id=admin.user.id,
            username=admin.user.username,
            role=Role.ADMIN,
            full_name=None,
            email=None,
            is_active=True,
            session_id=uuid4(),
        )
        self.workers = [self._hire(number, Role.STUDENT if number == 3 else Role.USER) for number in range(4)]
        self.learning = {(worker.id, course): Learning() for worker in self.workers for course in range(2)}
        self.orders: list[Order] = []
        first, second = self.courses
        of_both = (
            PathCourse(course_id=first, title="", due_days=FIRST_DAYS),
            PathCourse(course_id=second, title="", due_days=SECOND_DAYS, due_from=DueFrom.PREVIOUS),
        )
        values = {"title": self.name, "due_days": PATH_DAYS}
        self.path = self.run(self.container.edit_learning_paths().add(values, of_both)).id

    async def _add(self, person: Any) -> None:
        async with self.container.open_identity()() as store:
            await store.add_account(person)

    async def _arrange(self) -> None:
        """Two stations of one course with one topic each, since a topic counts for all courses of its station."""
        numbers = [f"{self.name}-{number}" for number in range(2)]
        await arrange(
            self.container,
            stations=[{"short_name": each, "name": each} for each in numbers],
            courses=[{"code": each, "station": each, "title": each} for each in numbers],
            programs=[{"code": each, "station": each, "title": each} for each in numbers],
            lessons=[{"code": each, "program": each, "title": each} for each in numbers],
            topics=[{"lesson": each, "code": "1", "title": each} for each in numbers],
        )

    def _topics(self) -> list[int]:
        rows = {row["title"]: row["id"] for row in self.run(rows_of(self.container, "topics"))}
        return [rows[f"{self.name}-{number}"] for number in range(2)]

    def _hire(self, number: int, role: Role) -> Worker:
        new = NewUser(
            username=f"{self.name}-{number}", role=role, department=self._named("A"), position=self._named("p")
        )
        made = self.run(self.container.administer_users().create(self.admin, new))
        return Worker(id=made.id, role=role.value, department="A", position="p")

    def _named(self, name: str | None) -> str | None:
        """Names of this run, since a database is used by several."""
        return name and f"{self.name} {name}"

    def _change(self, worker: Worker, **changes: Any) -> None:
        self.run(self.container.administer_users().change(self.admin, worker.id, changes))

    @rule(who=WHO, department=DEPARTMENTS, position=POSITIONS)
    def move(self, who: int, department: str | None, position: str | None) -> None:
        worker = self.workers[who]
        worker.department, worker.position = department, position
        self._change(worker, department=self._named(department), position=self._named(position))
        self._follow()

    @rule(who=WHO, active=st.booleans())
    def leave_or_come_back(self, who: int, active: bool) -> None:
        self.workers[who].active = active
        self._change(self.workers[who], is_active=active)
        self._follow()

    @rule(who=WHO, department=DEPARTMENTS)
    def be_imported(self, who: int, department: str | None) -> None:
        worker = self.workers[who]
        worker.department, worker.active = department, True
        row = {"username": f"{self.name}-{who}", "department": self._named(department) or "", "is_active": "true"}
        self.run(arrange(self.container, at=self.now, users=[row]))
        self._follow()

    @rule(
        course=st.one_of(WHICH, st.none()),
        department=DEPARTMENTS,
        position=POSITIONS,
        names=st.sets(WHO, max_size=2),
        ahead=st.one_of(st.none(), DAYS),
        days=DUE_DAYS,
    )
    def assign(
        self,
        *,
        course: int | None,
        department: str | None,
        position: str | None,
        names: set[int],
        ahead: int | None,
        days: int | None,
    ) -> None:
        """For users, if active ones are named; else for a group that somebody is in; else for the company.

        A course, or for None the path, which says itself when its courses are due.
        """
        ahead, days = (None, None) if course is None else (ahead, days)
        named = {self.workers[who].id for who in names if self.workers[who].active}
        present = {worker.department for worker in self.workers}, {worker.position for worker in self.workers}
        department = None if named or department not in present[0] else department
        position = None if named or position not in present[1] else position
        is_group = bool(department or position)
        kind = AudienceKind.USERS if named else AudienceKind.GROUP if is_group else AudienceKind.COMPANY
        fixed = None if ahead is None else self.now + timedelta(days=ahead)
        audience = Audience(
            kind=kind,
            user_ids=frozenset(named),
            department=self._named(department),
            position=self._named(position),
        )
        rule_ = DueRule(due_at=fixed, due_days=days)
        administer = self.container.administer_assignments()
        what = Assigned(learning_path_id=self.path) if course is None else Assigned(course_id=self.courses[course])
        made = self.run(administer.create(self.admin.id, what, audience, rule_))
        everybody = kind is AudienceKind.COMPANY
        self.orders.append(Order(made, course, everybody, department, position, named, fixed, days))
        self._follow()

    @rule(which=st.integers(0, 9))
    def end(self, which: int) -> None:
        held = [order for order in self.orders if not order.ended]
        if held:
            order = held[which % len(held)]
            self.run(self.container.administer_assignments().end(order.id))
            order.ended = True
            self._follow()

    @rule(which=st.integers(0, 9), ahead=st.one_of(st.none(), DAYS), days=DUE_DAYS)
    def postpone(self, which: int, ahead: int | None, days: int | None) -> None:
        held = [order for order in self.orders if not order.ended and order.course is not None]
        if held:
            order = held[which % len(held)]
            order.fixed, order.days = None if ahead is None else self.now + timedelta(days=ahead), days
            changes = {"due_at": order.fixed, "due_days": days}
            self.run(self.container.administer_assignments().change(order.id, changes))

    @rule(who=WHO, course=WHICH, ahead=st.one_of(st.none(), DAYS))
    def assign_once(self, who: int, course: int, ahead: int | None) -> None:
        worker = self.workers[who]
        if worker.active:
            due_at = None if ahead is None else self.now + timedelta(days=ahead)
            chosen = Assignees(user_ids=(worker.id,))
            self.run(self.container.assign_course()(self.courses[course], chosen, due_at))
            mine = self.learning[worker.id, course]
            mine.own, mine.enrolled, mine.asked = due_at, True, True

    @rule(who=WHO, course=WHICH)
    def learn(self, who: int, course: int) -> None:
        worker, mine = self.workers[who], self.learning[self.workers[who].id, course]
        self.run(self.container.enroll()(worker.id, self.courses[course]))
        record = self.container.record_progress()
        self.run(record(worker.id, self.topics[course], completed=True, position_seconds=None, seconds_studied=0))
        mine.asked |= not mine.enrolled
        mine.enrolled = mine.begun = True
        mine.completed_at = mine.completed_at or self.now
        self._follow()

    @rule(who=WHO, course=WHICH)
    def give_up(self, who: int, course: int) -> None:
        worker, mine = self.workers[who], self.learning[self.workers[who].id, course]
        is_obliged = bool(self._asking(worker, course))
        try:
            self.run(self.container.leave()(worker.id, self.courses[course]))
        except Conflict:
            assert is_obliged
            return
        assert not is_obliged
        mine.enrolled = False

    @rule(days=DAYS)
    def let_the_clock_jump(self, days: int) -> None:
        self.now += timedelta(days=days, seconds=1)

    @rule()
    def pass_a_night(self) -> None:
        before = self._stored()
        self.run(self.container.keep_obligations()())
        assert self._stored() == before

    def teardown(self) -> None:
        """What is for the company would be for those of the next run."""
        for order in self.orders:
            if not order.ended:
                self.run(self.container.administer_assignments().end(order.id))

    def _follow(self) -> None:
        """What the model knows to follow from who people are now."""
        for order in self.orders:
            for worker in self.workers:
                if not order.is_for(worker):
                    order.since.pop(worker.id, None)
                elif worker.id not in order.since:
                    order.since[worker.id] = self.now
        for worker, course in product(self.workers, range(2)):
            mine, is_asked = self.learning[worker.id, course], bool(self._asking(worker, course))
            if is_asked and not mine.enrolled:
                mine.enrolled, mine.own, mine.asked = True, None, False
            if not is_asked and mine.enrolled and not mine.begun and not mine.asked:
                mine.enrolled = False

    def _asking(self, worker: Worker, course: int) -> list[Order]:
        first, second = (self.learning[worker.id, number].completed_at for number in range(2))
        return [order for order in self.orders if order.asks_for(worker, course, (first, second))]

    def _due(self, worker: Worker, course: int) -> datetime | None:
        first_completed_at = self.learning[worker.id, 0].completed_at
        asked = [order.due(worker, course, first_completed_at) for order in self._asking(worker, course)]
        return min((due for due in (self.learning[worker.id, course].own, *asked) if due), default=None)

    def _stored(self) -> dict[tuple[UUID, int], datetime | None]:
        mine = {worker.id for worker in self.workers}
        return {
            (row["user_id"], self.courses.index(row["course_id"])): row["due_at"]
            for row in self.run(rows_of(self.container, "user_courses"))
            if row["user_id"] in mine and row["cancelled_at"] is None
        }

    @invariant()
    def due_dates_are_those_of_the_model(self) -> None:
        assert self._stored() == {
            (worker.id, course): self._due(worker, course)
            for worker in self.workers
            for course in range(2)
            if self.learning[worker.id, course].enrolled
        }

    @invariant()
    def who_is_late_is_late_in_the_model(self) -> None:
        query = LateQuery(people=PeopleQuery(q=self.name))
        found, _ = self.run(self.container.training_reports().late(query, self.now, limit=100, offset=0))
        assert {(late.user_id, self.courses.index(late.course_id)) for late in found} == {
            (worker.id, course)
            for worker in self.workers
            for course in range(2)
            if worker.active
            and (mine := self.learning[worker.id, course]).enrolled
            and not mine.completed_at
            and (due := self._due(worker, course))
            and due < self.now
        }
