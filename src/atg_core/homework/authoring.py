"""Authoring homework: the tree of questions and choices is written at once (spec: homework-gradebook, Homework)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import ChangedMeanwhile, Fault, Faults, Invalid
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.homework.grading import MAX_POINTS, two_decimals
from atg_core.homework.model import Homework, Question, QuestionType, Viewer
from atg_core.homework.ports import (
    ChoiceInput,
    HomeworkHasSubmissions,
    HomeworkIncomplete,
    HomeworkPublished,
    HomeworkStore,
    QuestionInput,
)
from atg_core.late_work import LATE_COLUMNS
from atg_core.notifier import NewNotice, NoticeKind, Notifier
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import phrase

_OWN_FIELDS = ("group_id", "lesson_id", "title", "description", "due_at", "max_attempts", "allow_late")
_COPIED_FIELDS = (*_OWN_FIELDS, *LATE_COLUMNS)
_DUE_ONLY_LATER = phrase("Students work on this homework already; it can only be due later")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditHomework:
    """Adds, changes, publishes, copies and deletes homework: teachers in their own groups, administrators in all.

    Questions are frozen as soon as there is a submission; another version is a copy. Raises HomeworkNotFound.
    """

    open: UnitOfWork[HomeworkStore]
    notifier: Notifier
    events: EventPublisher
    clock: Clock

    async def add(self, viewer: Viewer, values: Mapping[str, Any], questions: Sequence[QuestionInput]) -> int:
        """What is said of late work is by default what the group says. Raises GroupNotFound, LessonUnknown, Invalid."""
        written = checked_questions(questions, [])
        async with self.open() as store:
            await store.require_group(values["group_id"], viewer.owner)
            await _require_lesson(store, values.get("lesson_id"), values["group_id"])
            if LATE_COLUMNS[0] not in values and (rule := await store.late_rule_of_group(values["group_id"])):
                values = {**values, **rule.columns}
            homework_id = await store.add(values, self.clock())
            await store.write_questions(homework_id, written)
            return homework_id

    async def change(
        self,
        viewer: Viewer,
        homework_id: int,
        values: Mapping[str, Any],
        questions: Sequence[QuestionInput] | None,
        was: datetime | None = None,
    ) -> None:
        """`questions`: None to keep them. `was`: the `updated_at` of what the change is based on.

        Raises GroupNotFound, LessonUnknown, Invalid, HomeworkPublished, HomeworkHasSubmissions, HomeworkIncomplete,
        ChangedMeanwhile.
        """
        async with self.open() as store:
            homework = await store.homework(homework_id, viewer.owner)
            if was is not None and _milliseconds(was) != _milliseconds(homework.updated_at):
                raise ChangedMeanwhile(current=homework.updated_at)
            changed = {name: value for name, value in values.items() if getattr(homework, name) != value}
            await self._require_group_and_lesson(store, viewer, homework, changed)
            if "due_at" in changed and _is_earlier(changed["due_at"], homework.due_at):
                await _require_no_submissions(store, homework_id, _DUE_ONLY_LATER)
            rewritten = questions is not None and await self._write_questions(store, homework, questions)
            if changed or rewritten:
                now = _later(self.clock(), homework)
                await store.change(homework_id, changed, now)
                if rule := {name: value for name, value in changed.items() if name in LATE_COLUMNS}:
                    after = replace(homework, **rule).late_rule
                    await store.record_late_rule(homework_id, viewer.id, homework.late_rule, after, now)

    @staticmethod
    async def _require_group_and_lesson(
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
    async def _write_questions(store: HomeworkStore, homework: Homework, questions: Sequence[QuestionInput]) -> bool:
        """Whether the questions change; unchanged ones may be sent again, also when they are frozen."""
        stored = await store.questions(homework.id)
        written = checked_questions(questions, stored)
        if written == [input_of(question) for question in stored]:
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

    async def publish(self, viewer: Viewer, homework_id: int, others: Sequence[int] = ()) -> None:
        """Makes it visible to its students and notifies them; idempotent. `others`: groups that get a copy each.

        Raises HomeworkIncomplete, GroupNotFound.
        """
        async with self.open() as store:
            homework = await store.homework(homework_id, viewer.owner)
            if homework.published_at is None:
                await self._publish(store, homework)
            for group_id in dict.fromkeys(others):
                if group_id != homework.group_id:
                    copied = await self._copy(store, viewer, homework, group_id)
                    await self._publish(store, await store.homework(copied, viewer.owner))

    async def copy_drafts(
        self, viewer: Viewer, group_ids: Collection[int], since: datetime, until: datetime, later: timedelta
    ) -> int:
        """Unpublished copies of what was due between two instants, for the same groups, due so much later."""
        async with self.open() as store:
            found = await store.due_between(group_ids, since, until)
            for homework_id in found:
                homework = await store.homework(homework_id, viewer.owner)
                copied = await self._copy(store, viewer, homework, None)
                values = {"due_at": homework.due_at and homework.due_at + later, "lesson_id": None}
                await store.change(copied, values, _later(self.clock(), await store.homework(copied, viewer.owner)))
            return len(found)

    async def count_due(self, group_ids: Collection[int], since: datetime, until: datetime) -> int:
        """How many would be copied."""
        async with self.open() as store:
            return len(await store.due_between(group_ids, since, until))

    async def exempt(self, viewer: Viewer, homework_id: int, students: Mapping[UUID, bool]) -> None:
        """Whose grade of this homework counts in no average, and whose does again; all or none. Raises Invalid."""
        async with self.open() as store:
            await store.homework(homework_id, viewer.owner)
            members, faults = await store.members(homework_id, students), Faults()
            for index, student_id in enumerate(students):
                with faults:
                    if student_id not in members:
                        raise Invalid("is not in the group", field=f"[{index}].student_id", code="not_in_group")
            faults.raise_any()
            await store.exempt(homework_id, students, viewer.id, self.clock())

    async def _publish(self, store: HomeworkStore, homework: Homework) -> None:
        now = self.clock()
        require_complete(await store.questions(homework.id))
        await store.change(homework.id, {"published_at": now}, _later(now, homework))
        told = NewNotice(
            kind=NoticeKind.HOMEWORK_PUBLISHED,
            subject=f"homework:{homework.id}",
            occasion=now,
            title=homework.title,
            details={"due_at": homework.due_at},
            group_id=homework.group_id,
        )
        await self.notifier.tell(told)
        published = Event(kind=EventKind.HOMEWORK_PUBLISHED, subject_id=homework.id)
        await self.events.publish(published, group_id=homework.group_id)

    async def copy(self, viewer: Viewer, homework_id: int, group_id: int | None = None) -> int:
        """An unpublished copy for the same group, or for another of the teacher. Raises GroupNotFound."""
        async with self.open() as store:
            homework = await store.homework(homework_id, viewer.owner)
            return await self._copy(store, viewer, homework, group_id)

    async def _copy(self, store: HomeworkStore, viewer: Viewer, homework: Homework, group_id: int | None) -> int:
        values = {name: getattr(homework, name) for name in _COPIED_FIELDS}
        if group_id not in {None, homework.group_id}:
            await store.require_group(group_id or 0, viewer.owner)
            values |= {"group_id": group_id, "lesson_id": None}
        copied = await store.add(values, self.clock())
        await store.write_questions(copied, [_new(question) for question in await store.questions(homework.id)])
        return copied


def _milliseconds(moment: datetime) -> int:
    """As moments are told to clients."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _later(now: datetime, homework: Homework) -> datetime:
    """`updated_at` of a change, which is never that of the one before."""
    return max(now, homework.updated_at + timedelta(milliseconds=1))


async def _require_lesson(store: HomeworkStore, lesson_id: int | None, group_id: int) -> None:
    if lesson_id is not None:
        await store.require_lesson(lesson_id, group_id)


async def _require_no_submissions(store: HomeworkStore, homework_id: int, message: str | None = None) -> None:
    if await store.has_submissions(homework_id):
        raise HomeworkHasSubmissions(message)


def _is_earlier(due_at: datetime | None, before: datetime | None) -> bool:
    return due_at is not None and (before is None or due_at < before)


def input_of(question: Question) -> QuestionInput:
    return QuestionInput(
        id=question.id,
        question_type=question.question_type,
        text=question.text,
        points=question.points,
        allow_files=question.allow_files,
        choices=[
            ChoiceInput(id=choice.id, text=choice.text, is_correct=choice.is_correct) for choice in question.choices
        ],
    )


def _new(question: Question) -> QuestionInput:
    written = input_of(question)
    return replace(written, id=None, choices=[replace(choice, id=None) for choice in written.choices])


def checked_questions(questions: Sequence[QuestionInput], stored: Sequence[Question]) -> list[QuestionInput]:
    """The questions with exact points. Raises Invalid for foreign ids, wrong points, texts with choices."""
    choices_of = {question.id: {choice.id for choice in question.choices} for question in stored}
    ids = [question.id for question in questions if question.id is not None]
    checked, faults = [], Faults()
    for index, question in enumerate(questions):
        here = f"questions[{index}]"
        with faults:
            if question.id is not None and (question.id not in choices_of or ids.count(question.id) > 1):
                raise Invalid(
                    "is no question of this homework, or named twice", field=f"{here}.id", code="unknown_question"
                )
            if question.question_type is QuestionType.TEXT and question.choices:
                raise Invalid("a text question has no choices", field=f"{here}.choices", code="too_many")
            if question.question_type is not QuestionType.TEXT and question.allow_files:
                raise Invalid(
                    "only a text question is answered by files", field=f"{here}.allow_files", code="wrong_answer_type"
                )
            _require_own_choices(question, choices_of.get(question.id or 0, set()), f"{here}.choices")
            points = two_decimals(question.points, maximum=MAX_POINTS, field=f"{here}.points", zero=False)
            checked.append(replace(question, points=points, choices=list(question.choices)))
    faults.raise_any()
    return checked


def _require_own_choices(question: QuestionInput, own: set[int], field: str) -> None:
    named = [choice.id for choice in question.choices if choice.id is not None]
    if len(set(named)) < len(named) or not own.issuperset(named):
        raise Invalid("these are no choices of this question, or named twice", field=field, code="unknown_choice")


def require_complete(questions: Sequence[Question]) -> None:
    """Raises HomeworkIncomplete with every question that can not be graded."""
    faults = [] if questions else [Fault("questions", "there is none", "too_few", {"min": 1})]
    for index, question in enumerate(questions):
        correct = len(question.correct_choice_ids)
        if question.question_type is QuestionType.SINGLE_CHOICE and correct != 1:
            template = phrase("has {correct} correct choices instead of exactly one")
            faults.append(Fault(f"questions[{index}]", template, "not_one_correct", {"correct": correct}))
        if question.question_type is QuestionType.MULTI_CHOICE and not correct:
            faults.append(Fault(f"questions[{index}]", "has no correct choice", "none_correct"))
    if faults:
        raise HomeworkIncomplete(faults=faults)
