"""Import of homework, over every `ImportStore`."""

from decimal import Decimal
from typing import Any

import pytest

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of
from tests.contracts.importing.samples import (
    CONFLICT,
    GROUP,
    MONDAY,
    OF_GROUP,
    PEOPLE,
    exported_rows,
    only_row,
    refused,
)

HOMEWORK = {**OF_GROUP, "title": "Помпаж", "due_at": "2026-12-01T09:00:00Z", "published_at": "2026-11-01"}
QUESTION = {**OF_GROUP, "homework": "Помпаж"}
TEXT = {**QUESTION, "position": "1", "question_type": "TEXT", "text": "Что такое помпаж?", "points": "5"}
WITH_FILES = TEXT | {"allow_files": "true"}
SINGLE = {
    **QUESTION,
    "position": "2",
    "question_type": "SINGLE_CHOICE",
    "text": "Когда он начинается?",
    "points": "2.5",
    "choices": "при малом расходе;при большом расходе",
    "correct": "1",
}
MULTI = SINGLE | {"position": "3", "question_type": "MULTI_CHOICE", "points": "0,25", "correct": "1;2"}


async def arrange_homework(container: Container, *questions: dict[str, str]) -> dict[str, Counts]:
    return await arrange(
        container, users=PEOPLE, groups=[GROUP], homework=[HOMEWORK], homework_questions=questions or [TEXT, SINGLE]
    )


async def begin_to_work(container: Container) -> None:
    """A student's draft."""
    homework = await only_row(container, "homework")
    [student] = [row["id"] for row in await rows_of(container, "users") if row["username"] == "s1"]
    draft: dict[str, Any] = {"homework_id": homework["id"], "student_id": student, "attempt": 1, "status": "draft"}
    draft |= {"submitted_at": None, "grade": None, "max_grade": Decimal("7.50")}
    await insert(container, "homework_submissions", **draft, created_at=MONDAY, updated_at=MONDAY)


class HomeworkImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_homework_comes_in_with_its_questions_and_goes_out_the_same(self, container: Container) -> None:
        counts = await arrange_homework(container, WITH_FILES, SINGLE, MULTI)
        assert counts["homework.csv"] == Counts(created=1)
        assert counts["homework-questions.csv"] == Counts(created=3)
        homework = await only_row(container, "homework")
        assert (homework["title"], homework["description"], homework["allow_late"]) == ("Помпаж", "", False)
        assert homework["max_attempts"] is None
        questions = sorted(await rows_of(container, "homework_questions"), key=lambda row: row["position"])
        assert [str(row["points"]) for row in questions] == ["5.00", "2.50", "0.25"]
        choices = sorted(await rows_of(container, "homework_choices"), key=lambda row: row["id"])
        assert [(row["order_index"], row["is_correct"]) for row in choices] == [
            *((1, True), (2, False)),
            *((1, True), (2, True)),
        ]
        again = await arrange_homework(container, WITH_FILES, SINGLE, MULTI)
        assert again["homework.csv"] == Counts(unchanged=1)
        assert again["homework-questions.csv"] == Counts(unchanged=3)
        exported = {kind: await exported_rows(container, kind) for kind in ("homework", "homework-questions")}
        assert exported["homework"][0] == {
            **HOMEWORK,
            "description": "",
            "max_attempts": "",
            "allow_late": "false",
            "published_at": "2026-11-01T00:00:00Z",
        }
        assert exported["homework-questions"] == [
            {**WITH_FILES, "points": "5.00", "choices": "", "correct": ""},
            {**SINGLE, "points": "2.50", "allow_files": "false"},
            {**MULTI, "points": "0.25", "allow_files": "false"},
        ]
        back = await arrange(
            container, homework=exported["homework"], homework_questions=exported["homework-questions"]
        )
        assert back["homework.csv"] == Counts(unchanged=1)
        assert back["homework-questions.csv"] == Counts(unchanged=3)

    @pytest.mark.parametrize(
        ("changes", "column"),
        [
            ({"points": "0"}, "points"),
            ({"points": "-1"}, "points"),
            ({"points": "1.005"}, "points"),
            ({"points": "10000.01"}, "points"),
            ({"points": "NaN"}, "points"),
            ({"points": ""}, "points"),
            ({"question_type": "ESSAY"}, "question_type"),
            ({"question_type": "TEXT"}, "choices"),
            ({"correct": "1;2"}, "choices"),
            ({"correct": "3"}, "correct"),
            ({"correct": ""}, "correct"),
            ({"choices": ""}, "correct"),
            ({"choices": "", "correct": ""}, "choices"),
            ({"question_type": "MULTI_CHOICE", "choices": "", "correct": ""}, "choices"),
            ({"homework": "Иное"}, "homework"),
            ({"position": "0"}, "position"),
        ],
    )
    async def test_a_question_that_could_not_be_published_is_refused(
        self, container: Container, changes: dict[str, str], column: str
    ) -> None:
        await arrange_homework(container)
        [error] = await refused(container, homework_questions=[SINGLE | changes])
        assert error.startswith(f"homework-questions.csv:2: {column}: ")

    async def test_what_was_published_stays_so(self, container: Container) -> None:
        await arrange_homework(container)
        counts = await arrange(container, homework=[HOMEWORK | {"published_at": "", "description": "К среде"}])
        assert counts["homework.csv"] == Counts(updated=1)
        homework = await only_row(container, "homework")
        assert homework["description"] == "К среде"
        assert homework["published_at"] is not None

    async def test_questions_can_be_changed_until_somebody_works_on_them(self, container: Container) -> None:
        """G6."""
        await arrange_homework(container)
        changed = SINGLE | {"points": "3", "choices": "при малом расходе;при большом расходе;никогда"}
        counts = await arrange(container, homework_questions=[TEXT, changed])
        assert counts["homework-questions.csv"] == Counts(updated=1, unchanged=1)
        await begin_to_work(container)
        before = [await rows_of(container, table) for table in ("homework_questions", "homework_choices")]
        for wrong in (changed | {"points": "4"}, changed | {"choices": "да;нет"}, changed | {"correct": "2"}, MULTI):
            [error] = await refused(container, homework_questions=[TEXT, wrong])
            assert error.startswith("homework-questions.csv:3:")
            assert error.endswith(CONFLICT)
        assert [await rows_of(container, table) for table in ("homework_questions", "homework_choices")] == before
        again = await arrange(container, homework=[HOMEWORK], homework_questions=[TEXT, changed])
        assert again["homework-questions.csv"] == Counts(unchanged=2)
