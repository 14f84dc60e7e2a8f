"""Test authoring: the test of a lesson and the final test of a program (spec: catalog-learning)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from random import Random

from atg_core.catalog.curriculum import Curriculum
from atg_core.catalog.curriculum_ports import CurriculumStore, DrawInput, QuestionInput, TestDraw
from atg_core.catalog.curriculum_records import ProgramNotFound, RecordKind, Row
from atg_core.catalog.ports import LessonNotFound
from atg_core.catalog.stations import Values
from atg_core.clock import Clock
from atg_core.errors import Conflict, Faults, Invalid, NotFound
from atg_core.question_draws import Draw, draw_questions
from atg_core.text import fold
from atg_core.words import phrase

MAX_TAG = 50
"""In characters."""


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
    """Each method is one transaction; most return the test with its `questions` and `draws`.

    Questions and draws of None are kept.
    """

    curriculum: Curriculum
    clock: Clock

    async def add(
        self,
        kind: RecordKind,
        parent_id: int,
        values: Values,
        questions: Sequence[QuestionInput],
        draws: Sequence[DrawInput] = (),
    ) -> Row:
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
            return await self._written(store, kind, test, questions, draws)

    async def change(
        self,
        kind: RecordKind,
        parent_id: int,
        values: Values,
        questions: Sequence[QuestionInput] | None,
        draws: Sequence[DrawInput] | None = None,
    ) -> Row:
        """Raises TestNotFound, CodeTaken, Invalid."""
        async with self.curriculum.changing(kind.parent_table, parent_id, kind.not_found) as (store, _):
            test_id = await self._id(store, kind, parent_id)
            test = await store.change(kind, test_id, {**values, "updated_at": self.clock()})
            return await self._written(store, kind, test, questions, draws)

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
            return await self._whole(store, kind, test)

    async def remove(self, kind: RecordKind, parent_id: int) -> bool:
        """Whether it is gone: a test that has attempts is deactivated. Raises TestNotFound."""
        async with self.curriculum.changing(kind.parent_table, parent_id, kind.not_found) as (store, _):
            return await store.remove(kind, await self._id(store, kind, parent_id))

    async def _id(self, store: CurriculumStore, kind: RecordKind, parent_id: int) -> int:
        for row in await store.children(kind, parent_id):
            test_id: int = row["id"]
            return test_id
        raise kind.not_found

    async def _written(
        self,
        store: CurriculumStore,
        kind: RecordKind,
        test: Row,
        questions: Sequence[QuestionInput] | None,
        draws: Sequence[DrawInput] | None,
    ) -> Row:
        if questions is not None:
            stored = await store.questions(kind, test["id"])
            require_sound(questions, stored)
            await store.write_questions(kind, test["id"], questions)
        if draws is not None:
            known = await store.known_banks({draw.bank_id for draw in draws})
            await store.write_draws(kind, test["id"], checked_draws(draws, known))
            require_enough(await store.draws(kind, test["id"]))
        return await self._whole(store, kind, test)

    async def _whole(self, store: CurriculumStore, kind: RecordKind, test: Row) -> Row:
        questions, draws = await store.questions(kind, test["id"]), await store.draws(kind, test["id"])
        count = len(questions) + sum(draw.count for draw in draws)
        return {**test, "questions_count": count, "questions": questions, "draws": draws}


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
            require_right_options(question, f"{here}.options")
            named = [option.id for option in question.options if option.id is not None]
            if len(set(named)) != len(named) or not options_of.get(question.id or 0, set()).issuperset(named):
                template = phrase("these are no options of this question, or named twice")
                raise Invalid(template, field=f"{here}.options", code="unknown_option")
    faults.raise_any()


def require_right_options(question: QuestionInput, field: str) -> None:
    """Raises Invalid for no correct option, and for several in a single choice."""
    right = sum(option.is_correct for option in question.options)
    if not right or (question.question_type == "single" and right > 1):
        template = phrase("a single choice has one right option, a multiple one at least one")
        raise Invalid(template, field=field, code="wrong_number_of_right_options")


def checked_tags(tags: Sequence[str], field: str) -> tuple[str, ...]:
    """Each once, as they are kept: tags that differ in case are one. Raises Invalid."""
    folded = [fold(tag.strip()) for tag in tags]
    for index, tag in enumerate(folded):
        if len(tag) > MAX_TAG:
            template = phrase("must have at most {max} characters")
            raise Invalid(template, field=f"{field}[{index}]", code="too_long", max=MAX_TAG)
    return tuple(dict.fromkeys(filter(None, folded)))


def checked_draws(draws: Sequence[DrawInput], known_banks: Collection[int]) -> list[DrawInput]:
    """Draws with their tags as they are kept. Raises Invalid, also for banks that are not known."""
    faults, checked = Faults(), []
    for index, draw in enumerate(draws):
        with faults:
            if draw.bank_id not in known_banks:
                raise Invalid("is no question bank", field=f"draws[{index}].bank_id", code="unknown_bank")
            checked.append(replace(draw, tags=checked_tags(draw.tags, f"draws[{index}].tags")))
    faults.raise_any()
    return checked


def require_enough(draws: Sequence[TestDraw]) -> None:
    """Raises Invalid for draws that can not all be made without drawing a question twice."""
    wanted = [Draw(count=draw.count, candidates=draw.candidates) for draw in draws]
    faults = Faults()
    for index, (draw, drawn) in enumerate(zip(draws, draw_questions(wanted, Random(0)), strict=True)):  # noqa: S311
        with faults:
            if len(drawn) < draw.count:
                raise Invalid(
                    "there are only {available} such questions, which no other draw takes",
                    field=f"draws[{index}].count",
                    code="not_enough_questions",
                    available=len(drawn),
                )
    faults.raise_any()
