"""Authoring the test of a lesson and the final test of a program, with their questions (spec: catalog-learning)."""

from collections.abc import Sequence
from dataclasses import dataclass

from atg_core.catalog.authoring import Values
from atg_core.catalog.curriculum import (
    Curriculum,
    CurriculumStore,
    Part,
    ProgramNotFound,
    Row,
    WrittenQuestion,
)
from atg_core.catalog.ports import LessonNotFound
from atg_core.clock import Clock
from atg_core.errors import Conflict, Invalid, NotFound


class TestNotFound(NotFound):
    """Test not found"""


class TestExists(Conflict):
    """There is a test already"""


LESSON_TESTS = Part(
    table="lesson_tests",
    absent=TestNotFound,
    parent="lesson_id",
    parent_table="lessons",
    parent_absent=LessonNotFound,
    is_ordered=False,
)
FINAL_TESTS = Part(
    table="final_tests",
    absent=TestNotFound,
    parent="course_program_id",
    parent_table="course_programs",
    parent_absent=ProgramNotFound,
    is_ordered=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTests:
    """Each verb is one transaction, and gives the test with its `questions`."""

    curriculum: Curriculum
    clock: Clock

    async def add(self, part: Part, parent_id: int, values: Values, questions: Sequence[WrittenQuestion]) -> Row:
        """A test that was deactivated comes back. Raises absence of the parent, TestExists, CodeTaken, Invalid."""
        now = self.clock()
        async with self.curriculum.changing(part.parent_table, parent_id, part.parent_absent) as (store, _):
            former = await store.children(part, parent_id)
            if former and former[0]["is_active"]:
                raise TestExists
            if former:
                test = await store.change(part, former[0]["id"], {"is_active": True, **values, "updated_at": now})
            else:
                test = await store.add(part, {part.parent: parent_id, **values, "created_at": now, "updated_at": now})
            return await self._with_questions(store, part, test, questions)

    async def change(
        self, part: Part, parent_id: int, values: Values, questions: Sequence[WrittenQuestion] | None
    ) -> Row:
        """`questions`: None leaves them. Raises TestNotFound, CodeTaken, Invalid."""
        async with self.curriculum.changing(part.parent_table, parent_id, part.absent) as (store, _):
            test_id = await self._id(store, part, parent_id)
            test = await store.change(part, test_id, {**values, "updated_at": self.clock()})
            return await self._with_questions(store, part, test, questions)

    async def show(self, part: Part, parent_id: int) -> Row:
        """With its right options, for authors. Raises TestNotFound."""
        async with self.curriculum.open() as store:
            test = await store.row(part, await self._id(store, part, parent_id))
            return {**test, "questions": await store.questions(part, test["id"])}

    async def remove(self, part: Part, parent_id: int) -> None:
        """What learners have tried stays, and is inactive. Raises TestNotFound."""
        async with self.curriculum.changing(part.parent_table, parent_id, part.absent) as (store, _):
            await store.remove(part, await self._id(store, part, parent_id))

    async def _id(self, store: CurriculumStore, part: Part, parent_id: int) -> int:
        for row in await store.children(part, parent_id):
            test_id: int = row["id"]
            return test_id
        raise part.absent

    async def _with_questions(
        self, store: CurriculumStore, part: Part, test: Row, questions: Sequence[WrittenQuestion] | None
    ) -> Row:
        if questions is not None:
            stored = await store.questions(part, test["id"])
            require_sound(questions, stored)
            await store.write_questions(part, test["id"], questions)
        written = await store.questions(part, test["id"])
        return {**test, "questions_count": len(written), "questions": written}


def require_sound(questions: Sequence[WrittenQuestion], stored: Sequence[Row]) -> None:
    """Raises Invalid for ids of elsewhere, and where no option is right, or of a single choice more than one."""
    options_of = {row["id"]: {option["id"] for option in row["options"]} for row in stored}
    ids = [question.id for question in questions if question.id is not None]
    for index, question in enumerate(questions):
        here = f"questions[{index}]"
        if question.id is not None and (question.id not in options_of or ids.count(question.id) > 1):
            raise Invalid("This is no question of this test, or named twice", field=f"{here}.id")
        right = sum(option.is_correct for option in question.options)
        if not right or (question.question_type == "single" and right > 1):
            raise Invalid("A single choice has one right option, a multiple one at least one", field=f"{here}.options")
        named = [option.id for option in question.options if option.id is not None]
        if len(set(named)) != len(named) or not options_of.get(question.id or 0, set()).issuperset(named):
            raise Invalid("These are no options of this question, or named twice", field=f"{here}.options")
