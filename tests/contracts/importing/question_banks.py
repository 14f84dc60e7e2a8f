"""Import and export of question banks, over every `ImportStore`."""

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.importing.samples import LESSON, PROGRAM, STATION, exported_rows, only_row, refused

_BANK = {"code": "B", "title": "Безопасность", "description": "О газе"}
_QUESTION = {
    "bank": "B",
    "position": "1",
    "text": "Что?",
    "options": "да;нет",
    "correct": "1",
    "category": "Газ",
    "tags": "ПУСК;Ё;пуск",
    "points": "3",
}


class QuestionBankImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_a_bank_comes_with_its_questions_and_goes_out_the_same(self, container: Container) -> None:
        second = _QUESTION | {"position": "2", "tags": ""}
        await arrange(container, question_banks=[_BANK], questions=[_QUESTION, second])
        assert (await only_row(container, "question_banks"))["title"] == "Безопасность"
        tags = {row["tag"] for row in await rows_of(container, "question_tags")}
        assert tags == {"пуск", "ё"}
        assert await exported_rows(container, "question-banks") == [_BANK]
        [one, two] = await exported_rows(container, "questions")
        assert {**one, "tags": ""} == {**two, "position": "1"}
        assert (one["test"], one["bank"], one["tags"], one["is_active"]) == ("", "B", "пуск;ё", "true")
        assert (await arrange(container, questions=[one, two]))["questions.csv"] == Counts(unchanged=2)
        retired = one | {"tags": "ё", "is_active": "нет"}
        assert (await arrange(container, questions=[retired]))["questions.csv"] == Counts(updated=1)
        assert (await exported_rows(container, "questions"))[0]["is_active"] == "false"
        assert len(await rows_of(container, "question_tags")) == 1

    async def test_a_question_is_of_a_test_or_of_a_bank(self, container: Container) -> None:
        of_test = {"test": "T", "position": "1", "text": "?", "options": "a;b", "correct": "1"}
        await arrange(
            container,
            stations=[STATION],
            programs=[PROGRAM],
            lessons=[LESSON],
            tests=[{"code": "T", "lesson": "L", "program": "", "title": "T", "shuffle_options": "да"}],
            question_banks=[_BANK],
            questions=[of_test | {"bank": ""}, _QUESTION | {"test": ""}],
        )
        assert (await only_row(container, "lesson_tests"))["questions_count"] == 1
        assert [row["test"] or row["bank"] for row in await exported_rows(container, "questions")] == ["T", "B"]
        errors = await refused(container, questions=[of_test | {"bank": "B"}, of_test | {"test": "", "bank": ""}])
        assert errors == [f"questions.csv:{line}: needs exactly one of test, bank" for line in (2, 3)]

    async def test_what_a_test_draws_comes_and_goes_out_the_same(self, container: Container) -> None:
        await arrange(
            container,
            stations=[STATION],
            programs=[PROGRAM],
            lessons=[LESSON],
            tests=[
                {"code": "T", "lesson": "L", "program": "", "title": "T"},
                {"code": "F", "lesson": "", "program": "P", "title": "F"},
            ],
            question_banks=[_BANK],
            questions=[_QUESTION],
        )
        draw = {"test": "T", "bank": "B", "position": "1", "questions_count": "3", "category": "Газ", "tags": "пуск;ё"}
        of_final = draw | {"test": "F", "category": "", "tags": ""}
        counts = await arrange(
            container, test_draws=[draw | {"tags": "ПУСК;Ё;пуск"}, draw | {"position": "2"}, of_final]
        )
        assert counts["test-draws.csv"] == Counts(created=3)
        assert (await only_row(container, "lesson_tests"))["questions_count"] == 6
        assert (await only_row(container, "final_tests"))["questions_count"] == 3
        exported = await exported_rows(container, "test-draws")
        assert sorted(exported, key=lambda row: (row["test"], row["position"])) == [
            of_final,
            draw,
            draw | {"position": "2"},
        ]
        assert (await arrange(container, test_draws=exported))["test-draws.csv"] == Counts(unchanged=3)
        fewer = [draw | {"questions_count": "1", "tags": "ё"}]
        assert (await arrange(container, test_draws=fewer))["test-draws.csv"] == Counts(updated=1)
        assert (await only_row(container, "lesson_tests"))["questions_count"] == 4
        tags = [row["tag"] for row in await rows_of(container, "test_draw_tags")]
        assert sorted(tags) == ["пуск", "ё", "ё"]
        for wrong, column in (
            ({"bank": "X"}, "bank"),
            ({"test": "X"}, "test"),
            ({"questions_count": "0"}, "questions_count"),
        ):
            [error] = await refused(container, test_draws=[draw | wrong])
            assert error.startswith(f"test-draws.csv:2: {column}: "), error

    async def test_a_question_of_a_bank_can_be_answered_right(self, container: Container) -> None:
        await arrange(container, question_banks=[_BANK])
        for wrong, column in (
            ({"options": "да"}, "options"),
            ({"correct": "1;2"}, "options"),
            ({"correct": ""}, "correct"),
            ({"bank": "X"}, "bank"),
            ({"tags": "ß" * 26}, "tags"),
        ):
            [error] = await refused(container, questions=[_QUESTION | wrong])
            assert error.startswith(f"questions.csv:2: {column}: "), error
        bare = {name: value for name, value in _QUESTION.items() if name not in {"options", "correct"}}
        assert await refused(container, questions=[bare]) == ["questions.csv:2: options: is missing"]
