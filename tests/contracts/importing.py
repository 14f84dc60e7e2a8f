"""What importing promises over every `ImportStore`."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from atg_core.importing.model import Counts
from atg_core.importing.run import BadRows
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of, source
from tests.conftest import EXAMPLES, import_examples
from tests.people import PASSWORD

STATION = {"short_name": "S", "name": "Станция"}
PROGRAM = {"code": "P", "station": "S", "title": "Программа"}
LESSON = {"code": "L", "program": "P", "title": "Урок"}
TOPIC = {"lesson": "L", "code": "1", "title": "Тема"}
BCRYPT = "$2b$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"


async def only_row(container: Container, table: str) -> dict[str, object]:
    [row] = await rows_of(container, table)
    return row


async def refused(container: Container, **kinds: list[dict[str, str]]) -> list[str]:
    with pytest.raises(BadRows) as bad:
        await arrange(container, **kinds)
    return [str(error) for error in bad.value.errors]


class ImportingContract:
    """Run by every adapter: the fixture `container` says which."""

    async def test_the_examples_come_in_once_and_are_unchanged_the_second_time(self, container: Container) -> None:
        """I1, I2: the counts are the rows that are there."""
        await import_examples(container)
        before = {
            table: len(await rows_of(container, table))
            for table in ("users", "topics", "test_questions", "test_options")
        }
        assert before["users"] == len((EXAMPLES / "users.csv").read_text(encoding="utf-8").splitlines()) - 1
        counts = await import_examples(container)
        assert len(counts) == len(list(Path(EXAMPLES).glob("*.csv")))
        assert all((count.created, count.updated, count.rejected) == (0, 0, 0) for count in counts.values())
        assert sum(count.unchanged for count in counts.values()) > 900
        after = {table: len(await rows_of(container, table)) for table in before}
        assert after == before

    async def test_what_differs_is_updated_and_what_is_the_same_is_not(self, container: Container) -> None:
        rows = [STATION, {"short_name": "T", "name": "Другая"}]
        assert (await arrange(container, stations=rows))["stations.csv"] == Counts(created=2)
        rows[1] = {"short_name": "T", "name": "Иная"}
        assert (await arrange(container, stations=rows))["stations.csv"] == Counts(updated=1, unchanged=1)
        names = {row["short_name"]: row["name"] for row in await rows_of(container, "stations")}
        assert names == {"S": "Станция", "T": "Иная"}

    async def test_a_column_that_is_absent_leaves_and_an_empty_cell_clears(self, container: Container) -> None:
        await arrange(container, stations=[STATION | {"location": "лес", "status": "maintenance"}])
        await arrange(container, stations=[STATION])
        assert (await only_row(container, "stations"))["location"] == "лес"
        await arrange(container, stations=[STATION | {"location": "", "status": ""}])
        row = await only_row(container, "stations")
        assert (row["location"], row["status"]) == (None, "active")

    async def test_a_new_record_gets_the_defaults_of_absent_columns(self, container: Container) -> None:
        await arrange(container, stations=[STATION], programs=[PROGRAM], users=[{"username": "u"}])
        program, user, profile = [
            await only_row(container, table) for table in ("course_programs", "users", "user_profiles")
        ]
        assert (program["format"], program["is_active"], program["order_index"]) == ("Онлайн", True, 0)
        assert (user["role"], user["is_active"], user["password_hash"]) == ("user", True, None)
        assert profile["language"] == "ru"

    async def test_what_refers_to_nothing_is_named(self, container: Container) -> None:
        errors = await refused(
            container, stations=[STATION], programs=[PROGRAM, PROGRAM | {"code": "Q", "station": "X"}]
        )
        assert errors == ["programs.csv:3: station: names nothing that is there: X"]
        assert await rows_of(container, "stations") == []

    async def test_a_topic_is_named_by_lesson_and_code(self, container: Container) -> None:
        file = {"lesson": "L", "topic": "1", "minio_object_name": "k", "file_type": "main_pdf", "original_name": "n"}
        await arrange(
            container, stations=[STATION], programs=[PROGRAM], lessons=[LESSON], topics=[TOPIC], topic_files=[file]
        )
        assert await refused(container, topic_files=[file | {"topic": "2"}, file | {"lesson": ""}]) == [
            "topic-files.csv:2: topic: names nothing that is there: L, 2",
            "topic-files.csv:3: lesson: is missing",
        ]

    async def test_every_bad_cell_is_named_and_nothing_is_stored(self, container: Container) -> None:
        errors = await refused(
            container,
            users=[
                {"username": "good", "email": "", "role": "", "is_active": ""},
                {"username": "", "email": "", "role": "", "is_active": ""},
                {"username": "a", "email": "no-address", "role": "", "is_active": ""},
                {"username": "b", "email": "", "role": "king", "is_active": ""},
                {"username": "c", "email": "", "role": "", "is_active": "perhaps"},
                {"username": "x" * 51, "email": "", "role": "", "is_active": ""},
                {"username": "n\x00l", "email": "", "role": "", "is_active": ""},
            ],
        )
        assert [error.split(":")[:3] for error in errors] == [
            ["users.csv", "3", " username"],
            ["users.csv", "4", " email"],
            ["users.csv", "5", " role"],
            ["users.csv", "6", " is_active"],
            ["users.csv", "7", " username"],
            ["users.csv", "8", " username"],
        ]
        assert await rows_of(container, "users") == []

    async def test_a_key_stands_once_in_a_file(self, container: Container) -> None:
        assert await refused(container, stations=[STATION, STATION]) == ["stations.csv:3: repeats line 2"]

    async def test_an_error_in_a_later_file_undoes_the_earlier_ones(self, container: Container) -> None:
        await refused(container, stations=[STATION], users=[{"username": "u", "email": "x"}])
        assert await rows_of(container, "stations") == []

    async def test_what_another_record_has_already_is_refused(self, container: Container) -> None:
        await arrange(container, users=[{"username": "a", "email": "a@example.com", "employee_id": "1"}])
        [email] = await refused(container, users=[{"username": "b", "email": "A@example.com", "employee_id": "2"}])
        [employee] = await refused(container, users=[{"username": "b", "email": "b@example.com", "employee_id": "1"}])
        assert email.startswith("users.csv:2: email: conflicts")
        assert employee.startswith("users.csv:2: employee_id: conflicts")
        await arrange(container, users=[{"username": "b", "email": "b@example.com", "employee_id": "2"}])
        [changed] = await refused(container, users=[{"username": "b", "email": "a@example.com"}])
        assert changed.startswith("users.csv:2: email: conflicts")
        assert len(await rows_of(container, "users")) == 2

    async def test_a_topic_has_one_main_pdf(self, container: Container) -> None:
        file = {"lesson": "L", "topic": "1", "file_type": "main_pdf", "original_name": "n"}
        base = {"stations": [STATION], "programs": [PROGRAM], "lessons": [LESSON], "topics": [TOPIC]}
        [error] = await refused(
            container, **base, topic_files=[file | {"minio_object_name": "a"}, file | {"minio_object_name": "b"}]
        )
        assert error.startswith("topic-files.csv:3: ")

    async def test_lists_are_kept_in_order_and_replaced_when_they_change(self, container: Container) -> None:
        await arrange(container, stations=[STATION], programs=[PROGRAM | {"requirements": "one; two ;;three"}])
        texts = [
            (row["requirement_text"], row["order_index"])
            for row in await rows_of(container, "course_program_requirements")
        ]
        assert texts == [("one", 1), ("two", 2), ("three", 3)]
        counts = await arrange(container, programs=[PROGRAM | {"requirements": "three;one"}])
        assert counts["programs.csv"] == Counts(updated=1)
        texts = [
            (row["requirement_text"], row["order_index"])
            for row in await rows_of(container, "course_program_requirements")
        ]
        assert sorted(texts, key=lambda text: text[1]) == [("three", 1), ("one", 2)]
        assert (await arrange(container, programs=[PROGRAM]))["programs.csv"] == Counts(unchanged=1)
        assert len(await rows_of(container, "course_program_requirements")) == 2

    async def test_a_test_is_of_a_lesson_or_of_a_program(self, container: Container) -> None:
        base = {"stations": [STATION], "programs": [PROGRAM], "lessons": [LESSON]}
        await arrange(
            container,
            **base,
            tests=[
                {"code": "T", "lesson": "L", "program": "", "title": "T"},
                {"code": "F", "lesson": "", "program": "P", "title": "F"},
            ],
        )
        assert (await only_row(container, "lesson_tests"))["code"] == "T"
        assert (await only_row(container, "final_tests"))["code"] == "F"
        errors = await refused(
            container,
            tests=[
                {"code": "X", "lesson": "L", "program": "P", "title": "both"},
                {"code": "Y", "lesson": "", "program": "", "title": "none"},
            ],
        )
        assert errors == [f"tests.csv:{line}: needs exactly one of lesson, program" for line in (2, 3)]

    async def test_questions_come_with_their_options_and_the_right_ones(self, container: Container) -> None:
        question = {
            "test": "T",
            "position": "1",
            "text": "Какие?",
            "question_type": "multiple",
            "options": "a;b;c",
            "correct": "1;3",
        }
        await arrange(
            container,
            stations=[STATION],
            programs=[PROGRAM],
            lessons=[LESSON],
            tests=[
                {"code": "T", "lesson": "L", "program": "", "title": "T"},
                {"code": "F", "lesson": "", "program": "P", "title": "F"},
            ],
            questions=[question, question | {"test": "F"}, question | {"position": "2"}],
        )
        options = [(row["text"], bool(row["is_correct"])) for row in await rows_of(container, "test_options")][:3]
        assert options == [("a", True), ("b", False), ("c", True)]
        assert (await only_row(container, "lesson_tests"))["questions_count"] == 2
        assert (await only_row(container, "final_tests"))["questions_count"] == 1
        for wrong in ("", "0", "4", "a", "1;9"):
            assert await refused(container, questions=[question | {"correct": wrong}]) == [
                "questions.csv:2: correct: needs numbers from 1 to 3"
            ]
        assert (await arrange(container, questions=[question]))["questions.csv"] == Counts(unchanged=1)

    async def test_passwords_are_hashed_and_the_same_password_changes_nothing(self, container: Container) -> None:
        row = {"username": "u", "password": PASSWORD}
        await arrange(container, users=[row])
        stored = str((await only_row(container, "users"))["password_hash"])
        assert PasswordHasher().verify(stored, PASSWORD)
        assert (await arrange(container, users=[row]))["users.csv"] == Counts(unchanged=1)
        assert (await arrange(container, users=[row | {"password": ""}]))["users.csv"] == Counts(unchanged=1)
        assert (await arrange(container, users=[row | {"password": "another one"}]))["users.csv"] == Counts(updated=1)
        assert (await refused(container, users=[row | {"password": "short"}])) == [
            "users.csv:2: password: has not 8 to 128 characters"
        ]

    async def test_hashes_of_other_systems_are_taken_as_they_are(self, container: Container) -> None:
        await arrange(container, users=[{"username": "u", "password_hash": BCRYPT}])
        assert (await only_row(container, "users"))["password_hash"] == BCRYPT
        [error] = await refused(container, users=[{"username": "u", "password_hash": "plain"}])
        assert "password_hash" in error

    async def test_counters_count_what_is_active(self, container: Container) -> None:
        base = {"stations": [STATION], "programs": [PROGRAM], "lessons": [LESSON, LESSON | {"code": "M"}]}
        course = {"code": "C", "station": "S", "title": "Курс", "is_active": "true"}
        await arrange(container, **base, topics=[TOPIC, TOPIC | {"lesson": "M"}], courses=[course])

        async def counted() -> tuple[object, ...]:
            program, station = await only_row(container, "course_programs"), await only_row(container, "stations")
            return program["lessons_count"], program["topics_count"], station["courses_count"]

        assert await counted() == (2, 2, 1)
        await arrange(
            container, lessons=[LESSON | {"code": "M", "is_active": "false"}], courses=[course | {"is_active": "false"}]
        )
        assert await counted() == (1, 1, 0)

    async def test_a_row_with_too_many_cells_is_named(self, container: Container) -> None:
        rows = source("stations", STATION)
        rows.rows[0] = type(rows.rows[0])(line=2, cells=STATION, surplus=True)  # type: ignore[index]
        with pytest.raises(BadRows) as bad:
            await container.import_files()([rows])
        assert str(bad.value.errors[0]) == "stations.csv:2: has more cells than there are columns"

    async def test_many_rows_come_in_by_chunks(self, container: Container) -> None:
        rows = [{"username": f"u{n:04}", "email": f"u{n}@example.com"} for n in range(1_100)]
        assert (await arrange(container, users=rows))["users.csv"] == Counts(created=1_100)
        rows[0] = {"username": "u0000", "email": "changed@example.com"}
        assert (await arrange(container, users=rows))["users.csv"] == Counts(updated=1, unchanged=1_099)
        [error] = await refused(container, users=[*rows, {"username": "u0001", "email": "other@example.com"}])
        assert error == "users.csv:1102: repeats line 3"
