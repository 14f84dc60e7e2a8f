"""Test authoring: the test of a lesson and the final test of a program (spec: catalog-learning)."""

from collections.abc import Sequence
from dataclasses import dataclass

from atg_core.catalog.curriculum import (
    Curriculum,
    CurriculumStore,
    ProgramNotFound,
    QuestionInput,
    RecordKind,
    Row,
)
from atg_core.catalog.ports import LessonNotFound
from atg_core.catalog.stations import Values
from atg_core.clock import Clock
from atg_core.errors import Conflict, Faults, Invalid, NotFound
from atg_core.words import phrase


class TestNotFound(NotFound):
    """Test not found"""


class TestExists(Conflict):
    """There is a test already"""


LESSON_TESTS = RecordKind(
    table="lesson_tests",
    not_found=TestNotFound,
    parent="lesson_id",
    parent_table="lessons",
    parent_not_found=LessonNotFound,
    is_ordered=False,
)
FINAL_TESTS = RecordKind(
    table="final_tests",
    not_found=TestNotFound,
    parent="course_program_id",
    parent_table="course_programs",
    parent_not_found=ProgramNotFound,
    is_ordered=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTests:
    """Each method is one transaction; most return the test with its `questions`."""

    curriculum: Curriculum
    clock: Clock

    async def add(self, kind: RecordKind, parent_id: int, values: Values, questions: Sequence[QuestionInput]) -> Row:
        """Reactivates a deactivated test. Raises the kind's `parent_not_found`, TestExists, CodeTaken, Invalid."""
        now = self.clock()
        async with self.curriculum.changing(kind.parent_table, parent_id, kind.parent_not_found) as (store, _):
            former = await store.children(kind, parent_id)
            if former and former[0]["is_active"]:
                raise TestExists
            if former:
                test = await store.change(kind, former[0]["id"], {"is_active": True, **values, "updated_at": now})
            else:
                test = await store.add(kind, {kind.parent: parent_id, **values, "created_at": now, "updated_at": now})
            return await self._with_questions(store, kind, test, questions)

    async def change(
        self, kind: RecordKind, parent_id: int, values: Values, questions: Sequence[QuestionInput] | None
    ) -> Row:
        """`questions`: None keeps them. Raises TestNotFound, CodeTaken, Invalid."""
        async with self.curriculum.changing(kind.parent_table, parent_id, kind.not_found) as (store, _):
            test_id = await self._id(store, kind, parent_id)
            test = await store.change(kind, test_id, {**values, "updated_at": self.clock()})
            return await self._with_questions(store, kind, test, questions)

    async def every(self, kind: RecordKind) -> list[Row]:
        """Without their questions, by id."""
        async with self.curriculum.open() as store:
            return await store.every(kind)

    async def parent_of(self, kind: RecordKind, test_id: int) -> int:
        """The lesson or program of a test. Raises TestNotFound."""
        async with self.curriculum.open() as store:
            parent: int = (await store.row(kind, test_id))[kind.parent]
            return parent

    async def show(self, kind: RecordKind, parent_id: int) -> Row:
        """The test with its correct options, for authors. Raises TestNotFound."""
        async with self.curriculum.open() as store:
            test = await store.row(kind, await self._id(store, kind, parent_id))
            return {**test, "questions": await store.questions(kind, test["id"])}

    async def remove(self, kind: RecordKind, parent_id: int) -> None:
        """A test that has attempts is deactivated instead. Raises TestNotFound."""
        async with self.curriculum.changing(kind.parent_table, parent_id, kind.not_found) as (store, _):
            await store.remove(kind, await self._id(store, kind, parent_id))

    async def _id(self, store: CurriculumStore, kind: RecordKind, parent_id: int) -> int:
        for row in await store.children(kind, parent_id):
            test_id: int = row["id"]
            return test_id
        raise kind.not_found

    async def _with_questions(
        self, store: CurriculumStore, kind: RecordKind, test: Row, questions: Sequence[QuestionInput] | None
    ) -> Row:
        if questions is not None:
            stored = await store.questions(kind, test["id"])
            require_sound(questions, stored)
            await store.write_questions(kind, test["id"], questions)
        written = await store.questions(kind, test["id"])
        return {**test, "questions_count": len(written), "questions": written}


def require_sound(questions: Sequence[QuestionInput], stored: Sequence[Row]) -> None:
    """Raises Invalid for ids of another test, for no correct option, and for several in a single choice."""
    options_of = {row["id"]: {option["id"] for option in row["options"]} for row in stored}
    ids = [question.id for question in questions if question.id is not None]
    faults = Faults()
    for index, question in enumerate(questions):
        here = f"questions[{index}]"
        with faults:
            if question.id is not None and (question.id not in options_of or ids.count(question.id) > 1):
                raise Invalid(
                    "is no question of this test, or named twice", field=f"{here}.id", code="unknown_question"
                )
            right = sum(option.is_correct for option in question.options)
            if not right or (question.question_type == "single" and right > 1):
                template = phrase("a single choice has one right option, a multiple one at least one")
                raise Invalid(template, field=f"{here}.options", code="wrong_number_of_right_options")
            named = [option.id for option in question.options if option.id is not None]
            if len(set(named)) != len(named) or not options_of.get(question.id or 0, set()).issuperset(named):
                template = phrase("these are no options of this question, or named twice")
                raise Invalid(template, field=f"{here}.options", code="unknown_option")
    faults.raise_any()
