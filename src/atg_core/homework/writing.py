"""Teachers write homework: the whole tree of questions and choices at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.homework.grading import MOST_POINTS, two_places
from atg_core.homework.model import Homework, Question, QuestionType, Viewer
from atg_core.homework.ports import (
    HomeworkHasSubmissions,
    HomeworkIncomplete,
    HomeworkPublished,
    HomeworkStore,
    WrittenChoice,
    WrittenQuestion,
)
from atg_core.homework.telling import ANNOUNCE_HOMEWORK
from atg_core.jobs.ports import Jobs
from atg_core.opening import Open

_COPIED = ("group_id", "lesson_id", "title", "description", "due_at", "max_attempts", "allow_late")
_ONLY_LATER = "Students work on this homework already; it can only be due later"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditHomework:
    """Teachers have the homework of their groups; administrators have all. Raises HomeworkNotFound for another's.

    As soon as somebody works on it, its questions stay; what is to be otherwise is a copy.
    """

    open: Open[HomeworkStore]
    jobs: Jobs
    clock: Clock

    async def add(self, viewer: Viewer, values: Mapping[str, Any], questions: Sequence[WrittenQuestion]) -> int:
        """Raises GroupNotFound, LessonUnknown, Invalid."""
        written = checked_questions(questions, [])
        async with self.open() as store:
            await store.require_group(values["group_id"], viewer.owner)
            await _require_lesson(store, values.get("lesson_id"), values["group_id"])
            homework_id = await store.add(values, self.clock())
            await store.write_questions(homework_id, written)
            return homework_id

    async def change(
        self, viewer: Viewer, homework_id: int, values: Mapping[str, Any], questions: Sequence[WrittenQuestion] | None
    ) -> None:
        """`questions`: None where they stay.

        Raises GroupNotFound, LessonUnknown, Invalid, HomeworkPublished, HomeworkHasSubmissions, HomeworkIncomplete.
        """
        async with self.open() as store:
            homework = await store.homework(homework_id, viewer.owner)
            changed = {name: value for name, value in values.items() if getattr(homework, name) != value}
            await self._require_place(store, viewer, homework, changed)
            if "due_at" in changed and _is_earlier(changed["due_at"], homework.due_at):
                await _require_no_submissions(store, homework_id, _ONLY_LATER)
            rewritten = questions is not None and await self._write(store, homework, questions)
            if changed or rewritten:
                await store.change(homework_id, changed, self.clock())

    @staticmethod
    async def _require_place(
        store: HomeworkStore, viewer: Viewer, homework: Homework, changed: Mapping[str, Any]
    ) -> None:
        if "group_id" in changed:
            if homework.published_at is not None:
                raise HomeworkPublished
            await store.require_group(changed["group_id"], viewer.owner)
        if changed.keys() & {"group_id", "lesson_id"}:
            merged = {"group_id": homework.group_id, "lesson_id": homework.lesson_id, **changed}
            await _require_lesson(store, merged["lesson_id"], merged["group_id"])

    @staticmethod
    async def _write(store: HomeworkStore, homework: Homework, questions: Sequence[WrittenQuestion]) -> bool:
        """Whether anything changes: who sends the whole record sends what is there already, too."""
        stored = await store.questions(homework.id)
        written = checked_questions(questions, stored)
        if written == [as_written(question) for question in stored]:
            return False
        await _require_no_submissions(store, homework.id)
        await store.write_questions(homework.id, written)
        if homework.published_at is not None:
            require_complete(await store.questions(homework.id))
        return True

    async def delete(self, viewer: Viewer, homework_id: int) -> None:
        """Raises HomeworkHasSubmissions."""
        async with self.open() as store:
            await store.homework(homework_id, viewer.owner)
            await _require_no_submissions(store, homework_id)
            await store.delete(homework_id)

    async def publish(self, viewer: Viewer, homework_id: int) -> None:
        """Its students see it from now on, and are told. Once; again changes nothing. Raises HomeworkIncomplete."""
        now = self.clock()
        async with self.open() as store:
            homework = await store.homework(homework_id, viewer.owner)
            if homework.published_at is not None:
                return
            require_complete(await store.questions(homework_id))
            await store.change(homework_id, {"published_at": now}, now)
            await self.jobs.enqueue(ANNOUNCE_HOMEWORK, {"homework": homework_id})

    async def copy(self, viewer: Viewer, homework_id: int, group_id: int | None = None) -> int:
        """A new one that is not published, for the same group or another of the teacher's. Raises GroupNotFound."""
        async with self.open() as store:
            homework = await store.homework(homework_id, viewer.owner)
            values = {name: getattr(homework, name) for name in _COPIED}
            if group_id not in {None, homework.group_id}:
                await store.require_group(group_id or 0, viewer.owner)
                values |= {"group_id": group_id, "lesson_id": None}
            copied = await store.add(values, self.clock())
            await store.write_questions(copied, [_new(question) for question in await store.questions(homework_id)])
            return copied


async def _require_lesson(store: HomeworkStore, lesson_id: int | None, group_id: int) -> None:
    if lesson_id is not None:
        await store.require_lesson(lesson_id, group_id)


async def _require_no_submissions(store: HomeworkStore, homework_id: int, message: str | None = None) -> None:
    if await store.has_submissions(homework_id):
        raise HomeworkHasSubmissions(message)


def _is_earlier(due_at: datetime | None, before: datetime | None) -> bool:
    return due_at is not None and (before is None or due_at < before)


def as_written(question: Question) -> WrittenQuestion:
    return WrittenQuestion(
        id=question.id,
        question_type=question.question_type,
        text=question.text,
        points=question.points,
        choices=[
            WrittenChoice(id=choice.id, text=choice.text, is_correct=choice.is_correct) for choice in question.choices
        ],
    )


def _new(question: Question) -> WrittenQuestion:
    written = as_written(question)
    return replace(written, id=None, choices=[replace(choice, id=None) for choice in written.choices])


def checked_questions(questions: Sequence[WrittenQuestion], stored: Sequence[Question]) -> list[WrittenQuestion]:
    """With exact points. Raises Invalid for ids of elsewhere, points that are none, and a text with choices."""
    choices_of = {question.id: {choice.id for choice in question.choices} for question in stored}
    ids = [question.id for question in questions if question.id is not None]
    checked = []
    for index, question in enumerate(questions):
        here = f"questions[{index}]"
        if question.id is not None and (question.id not in choices_of or ids.count(question.id) > 1):
            raise Invalid("is no question of this homework, or named twice", field=f"{here}.id")
        if question.question_type is QuestionType.TEXT and question.choices:
            raise Invalid("a text question has no choices", field=f"{here}.choices")
        _require_own_choices(question, choices_of.get(question.id or 0, set()), f"{here}.choices")
        points = two_places(question.points, most=MOST_POINTS, field=f"{here}.points", zero=False)
        checked.append(replace(question, points=points, choices=list(question.choices)))
    return checked


def _require_own_choices(question: WrittenQuestion, own: set[int], field: str) -> None:
    named = [choice.id for choice in question.choices if choice.id is not None]
    if len(set(named)) < len(named) or not own.issuperset(named):
        raise Invalid("these are no choices of this question, or named twice", field=field)


def require_complete(questions: Sequence[Question]) -> None:
    """Raises HomeworkIncomplete, with every question that can not be graded as it is."""
    faults = [("questions", "there is none")] if not questions else []
    for index, question in enumerate(questions):
        right = len(question.right)
        if question.question_type is QuestionType.SINGLE_CHOICE and right != 1:
            faults.append((f"questions[{index}]", f"has {right} correct choices instead of exactly one"))
        if question.question_type is QuestionType.MULTI_CHOICE and not right:
            faults.append((f"questions[{index}]", "has no correct choice"))
    if faults:
        raise HomeworkIncomplete(faults=faults)
