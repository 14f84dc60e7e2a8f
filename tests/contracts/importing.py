"""What importing promises over every `ImportStore`."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from atg_core.importing.cells import joined
from atg_core.importing.kinds import KINDS
from atg_core.importing.model import Counts
from atg_core.importing.run import BadRows
from atg_entrypoints.cli.exporting import write_rows
from atg_entrypoints.cli.importing import open_folder
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of, source
from tests.conftest import EXAMPLES, import_examples
from tests.people import PASSWORD

STATION = {"short_name": "S", "name": "Станция"}
PROGRAM = {"code": "P", "station": "S", "title": "Программа"}
LESSON = {"code": "L", "program": "P", "title": "Урок"}
TOPIC = {"lesson": "L", "code": "1", "title": "Тема"}
COURSE = {"code": "C", "station": "S", "title": "Курс", "is_active": "true"}
PROGRAM_OF_ONE = {"stations": [STATION], "programs": [PROGRAM], "lessons": [LESSON], "topics": [TOPIC]}
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOSTILE_TEXTS = ("=1+1", "'=1+1", "+7 999", "-1", "@x", "''-", 'a "b", c', "a\r\nb", "a;b\\", "'a'", "ё́🚀", "ﬁ")
SHOP = {"shop_lessons": [{"title": title, "price": "10"} for title in ("A", "B", "C")]}
BUNDLE = {"title": "All", "total_price": "25", "lessons": "C;A"}
BCRYPT = "$2b$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"


async def only_row(container: Container, table: str) -> dict[str, object]:
    [row] = await rows_of(container, table)
    return row


async def refused(container: Container, **kinds: list[dict[str, str]]) -> list[str]:
    with pytest.raises(BadRows) as bad:
        await arrange(container, **kinds)
    return [str(error) for error in bad.value.errors]


async def exported(container: Container, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    for name in KINDS:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            await write_rows(file, container.export_kind(), name)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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

    async def test_what_is_unchanged_keeps_the_time_of_its_last_change(self, container: Container) -> None:
        rows = [STATION, {"short_name": "T", "name": "Другая"}]
        await arrange(container, at=MONDAY, stations=rows)
        rows[1] = {"short_name": "T", "name": "Иная"}
        later = MONDAY + timedelta(days=1)
        await arrange(container, at=later, stations=rows)
        times = {
            row["short_name"]: (row["created_at"], row["updated_at"]) for row in await rows_of(container, "stations")
        }
        assert times == {"S": (MONDAY, MONDAY), "T": (MONDAY, later)}

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

    async def test_a_nul_is_named_wherever_it_stands(self, container: Container) -> None:
        await arrange(container, **PROGRAM_OF_ONE, tests=[{"code": "T", "lesson": "L", "program": "", "title": "T"}])
        question = {"test": "T", "position": "1", "text": "?", "options": "a\x00;b", "correct": "1"}
        assert await refused(
            container,
            programs=[PROGRAM | {"requirements": "one;t\x00o"}, PROGRAM | {"code": "Q", "station": "S\x00"}],
            questions=[question, question | {"test": "T\x00", "options": "a"}],
        ) == [
            "programs.csv:2: requirements: holds a NUL character",
            "programs.csv:3: station: names nothing that is there: S\x00",
            "questions.csv:2: options: holds a NUL character",
            "questions.csv:3: test: names nothing that is there: T\x00",
        ]

    async def test_an_item_of_a_list_has_a_length_too(self, container: Container) -> None:
        fire = {"station": "S", "name": "fire", "features": "foam;" + "x" * 501}
        assert await refused(container, stations=[STATION], safety_systems=[fire]) == [
            "safety-systems.csv:2: features: is longer than 500 characters"
        ]
        await arrange(container, stations=[STATION], safety_systems=[fire | {"features": "x" * 500}])
        assert (await only_row(container, "station_safety_system_features"))["feature_name"] == "x" * 500

    async def test_a_time_that_utc_does_not_have_is_named(self, container: Container) -> None:
        enrollment = {"username": "u", "course": "C", "enrolled_at": "0001-01-01T00:00:00+14:00"}
        errors = await refused(
            container, stations=[STATION], users=[{"username": "u"}], courses=[COURSE], enrollments=[enrollment]
        )
        assert [error.split(": is not")[0] for error in errors] == ["enrollments.csv:2: enrolled_at"]

    async def test_no_more_than_a_thousand_errors_are_told(self, container: Container) -> None:
        bad = [{"short_name": f"S{n}", "name": ""} for n in range(900)]
        errors = await refused(container, stations=[STATION, *bad], users=[{"username": ""}] * 200)
        assert len(errors) == 1_000
        assert errors[0] == "stations.csv:3: name: is missing"
        assert errors[-1].startswith("users.csv:")

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

    async def test_a_conflict_is_named_by_its_column_whatever_the_value_says(self, container: Container) -> None:
        person = {"username": "a", "email": "username@example.com", "employee_id": "password_hash"}
        await arrange(container, users=[person])
        errors = await refused(
            container,
            users=[
                {"username": "b", "email": "other@example.com", "employee_id": "password_hash"},
                {"username": "c", "email": "username@example.com", "employee_id": "1"},
            ],
        )
        assert [error.split(": conflicts")[0] for error in errors] == ["users.csv:2: employee_id", "users.csv:3: email"]

    async def test_what_one_row_gives_up_another_row_may_have(self, container: Container) -> None:
        await arrange(container, users=[{"username": "a", "email": "a@example.com"}])
        rows = [{"username": "b", "email": "a@example.com"}, {"username": "a", "email": "new@example.com"}]
        assert (await arrange(container, users=rows))["users.csv"] == Counts(created=1, updated=1)
        emails = {row["username"]: row["email"] for row in await rows_of(container, "users")}
        assert emails == {"a": "new@example.com", "b": "a@example.com"}

    async def test_a_topic_has_one_main_pdf(self, container: Container) -> None:
        file = {"lesson": "L", "topic": "1", "file_type": "main_pdf", "original_name": "n"}
        old, new = file | {"minio_object_name": "a"}, file | {"minio_object_name": "b"}
        [error] = await refused(container, **PROGRAM_OF_ONE, topic_files=[old, new])
        assert error.startswith("topic-files.csv:3: topic: conflicts")
        videos = [file | {"minio_object_name": key, "file_type": "additional_video"} for key in ("v", "w")]
        await arrange(container, **PROGRAM_OF_ONE, topic_files=[old, *videos])
        [changed] = await refused(container, topic_files=[videos[0] | {"file_type": "main_pdf"}])
        assert changed.startswith("topic-files.csv:2: topic: conflicts")
        replaced = [new | {"is_active": "true"}, old | {"is_active": "false"}]
        assert (await arrange(container, topic_files=replaced))["topic-files.csv"] == Counts(created=1, updated=1)

    async def test_a_lesson_has_one_test(self, container: Container) -> None:
        tests = [{"code": code, "lesson": "L", "program": "", "title": "T"} for code in ("T", "U")]
        [error] = await refused(container, **PROGRAM_OF_ONE, tests=tests)
        assert error.startswith("tests.csv:3: lesson: conflicts")

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

    async def test_the_records_that_a_list_names_are_kept_in_order_and_replaced(self, container: Container) -> None:
        async def titles() -> list[object]:
            names = {row["id"]: row["title"] for row in await rows_of(container, "shop_lessons")}
            links = sorted(await rows_of(container, "shop_course_lessons"), key=lambda link: link["order_index"])
            assert [link["order_index"] for link in links] == list(range(1, len(links) + 1))
            return [names[link["lesson_id"]] for link in links]

        assert (await arrange(container, **SHOP, shop_courses=[BUNDLE]))["shop-courses.csv"] == Counts(created=1)
        assert await titles() == ["C", "A"]
        for lessons, expected in (("A;C", ["A", "C"]), ("B; A ;;C", ["B", "A", "C"]), ("", [])):
            again = [BUNDLE | {"lessons": lessons}]
            assert (await arrange(container, shop_courses=again))["shop-courses.csv"] == Counts(updated=1)
            assert await titles() == expected
            assert (await arrange(container, shop_courses=again))["shop-courses.csv"] == Counts(unchanged=1)
        await arrange(container, shop_courses=[BUNDLE])
        without = {"title": "All", "total_price": "25"}
        assert (await arrange(container, shop_courses=[without]))["shop-courses.csv"] == Counts(unchanged=1)
        assert await titles() == ["C", "A"]

    async def test_what_a_list_names_must_be_there_and_stands_in_it_once(self, container: Container) -> None:
        rows = [
            BUNDLE | {"title": str(number), "lessons": lessons}
            for number, lessons in enumerate((r"A;X;B;Y\;Z", "A;B;A", "A", "a", "x" * 256, "B\x00"))
        ]
        assert await refused(container, **SHOP, shop_courses=rows) == [
            "shop-courses.csv:2: lessons: names nothing that is there: X, Y;Z",
            "shop-courses.csv:3: lessons: names twice: A",
            "shop-courses.csv:5: lessons: names nothing that is there: a",
            f"shop-courses.csv:6: lessons: names nothing that is there: {'x' * 256}",
            "shop-courses.csv:7: lessons: holds a NUL character",
        ]
        assert await rows_of(container, "shop_lessons") == []

    async def test_of_several_records_of_a_title_the_oldest_counts(self, container: Container) -> None:
        for price in (1, 2):
            lesson = {"title": "A", "description": "", "price": price, "is_active": True, "is_free": False}
            await insert(container, "shop_lessons", **lesson, created_at=MONDAY, updated_at=MONDAY)
        await arrange(container, shop_courses=[BUNDLE | {"lessons": "A"}])
        oldest = min(row["id"] for row in await rows_of(container, "shop_lessons"))
        assert (await only_row(container, "shop_course_lessons"))["lesson_id"] == oldest
        changed = await arrange(container, shop_lessons=[{"title": "A", "price": "3"}])
        assert changed["shop-lessons.csv"] == Counts(updated=1)
        prices = {row["id"]: row["price"] for row in await rows_of(container, "shop_lessons")}
        assert prices == {oldest: 3, oldest + 1: 2}

    async def test_lists_may_name_more_records_than_one_query_takes(self, container: Container) -> None:
        names = [f"lesson {number}" for number in range(5_100)]
        courses = [BUNDLE | {"title": str(n), "lessons": ";".join(names[n::100])} for n in range(100)]
        lessons = [{"title": name, "price": "1"} for name in names]
        counts = await arrange(container, shop_lessons=lessons, shop_courses=courses)
        assert counts["shop-courses.csv"] == Counts(created=100)
        assert len(await rows_of(container, "shop_course_lessons")) == len(names)

    async def test_promo_codes_are_kept_in_upper_case_with_the_uses_that_they_have(self, container: Container) -> None:
        spring = {"code": "Spring-20", "discount_percent": "20", "max_uses": "2", "expires_at": "2026-06-01"}
        await arrange(container, promo_codes=[spring])
        code = await only_row(container, "shop_promo_codes")
        assert (code["code"], code["discount_percent"], code["max_uses"]) == ("SPRING-20", 20, 2)
        assert (code["current_uses"], code["discount_amount"], code["is_active"]) == (0, None, True)
        assert code["expires_at"] == datetime(2026, 6, 1, tzinfo=UTC)
        same = spring | {"code": "spring-20"}
        assert (await arrange(container, promo_codes=[same]))["promo-codes.csv"] == Counts(unchanged=1)
        ten = same | {"max_uses": "10", "discount_amount": "5"}
        assert (await arrange(container, promo_codes=[ten]))["promo-codes.csv"] == Counts(updated=1)
        assert await refused(container, promo_codes=[spring, same]) == ["promo-codes.csv:3: repeats line 2"]
        bad = [{"code": "two words"}, {"code": "X" * 51}, {"code": "A", "discount_percent": "101"}]
        errors = await refused(container, promo_codes=[*bad, {"code": "B", "discount_amount": "1000001"}])
        assert [error.split(": is not")[0] for error in errors] == [
            "promo-codes.csv:2: code",
            "promo-codes.csv:3: code",
            "promo-codes.csv:4: discount_percent",
            "promo-codes.csv:5: discount_amount",
        ]

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
        for wrong in ("", "0", "4", "a", "1;9", "9" * 5_000, "٣", ";"):
            assert await refused(container, questions=[question | {"correct": wrong}]) == [
                "questions.csv:2: correct: needs numbers from 1 to 3"
            ]
        assert (await arrange(container, questions=[question]))["questions.csv"] == Counts(unchanged=1)
        corrected = question | {"correct": "2"}
        assert (await arrange(container, questions=[corrected]))["questions.csv"] == Counts(updated=1)
        assert len(await rows_of(container, "test_options")) == 9

    async def test_who_is_enrolled_already_stays_so_since_then(self, container: Container) -> None:
        people: dict[str, list[dict[str, str]]] = {
            "stations": [STATION],
            "courses": [COURSE],
            "users": [{"username": "u"}, {"username": "v"}],
        }
        rows = [
            {"username": "u", "course": "C", "enrolled_at": "", "due_at": ""},
            {"username": "v", "course": "C", "enrolled_at": "2026-01-05", "due_at": "2026-06-01T09:00:00+03:00"},
        ]
        later = MONDAY + timedelta(days=1)
        first = await arrange(container, at=MONDAY, **people, enrollments=rows)
        again = await arrange(container, at=later, **people, enrollments=rows)
        without_dates = await arrange(container, at=later, enrollments=[{"username": "v", "course": "C"}])
        assert [counts["enrollments.csv"] for counts in (first, again, without_dates)] == [
            Counts(created=2),
            Counts(unchanged=2),
            Counts(unchanged=1),
        ]
        since = {row["started_at"]: (row["due_at"], row["status"]) for row in await rows_of(container, "user_courses")}
        assert since == {
            MONDAY: (None, "in_progress"),
            datetime(2026, 1, 5, tzinfo=UTC): (datetime(2026, 6, 1, 6, tzinfo=UTC), "in_progress"),
        }

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

    async def test_some_have_a_hash_and_others_have_none(self, container: Container) -> None:
        for name, column, hashed in (("p", "password", PASSWORD), ("h", "password_hash", BCRYPT)):
            people = [{"username": f"{name}{cell[:1]}", column: cell} for cell in ("", hashed)]
            await arrange(container, users=people)
        hashes = {row["username"]: row["password_hash"] for row in await rows_of(container, "users")}
        assert (hashes["p"], hashes["h"], hashes["h$"]) == (None, None, BCRYPT)
        assert PasswordHasher().verify(str(hashes[f"p{PASSWORD[:1]}"]), PASSWORD)

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

    async def test_tests_count_while_they_and_their_lessons_are_active(self, container: Container) -> None:
        lesson_test = {"code": "T", "lesson": "L", "program": "", "title": "T", "is_active": "true"}
        final_test = {"code": "F", "lesson": "", "program": "P", "title": "F", "is_active": "true"}

        async def counted(**kinds: list[dict[str, str]]) -> object:
            await arrange(container, **kinds)
            return (await only_row(container, "course_programs"))["tests_count"]

        assert await counted(**PROGRAM_OF_ONE, tests=[lesson_test, final_test]) == 2
        assert await counted(lessons=[LESSON | {"is_active": "false"}]) == 1
        assert await counted(tests=[final_test | {"is_active": "false"}]) == 0
        assert await counted(lessons=[LESSON | {"is_active": "true"}]) == 1
        assert await counted(tests=[lesson_test | {"is_active": "false"}]) == 0

    async def test_a_course_counts_at_the_station_where_it_is_now(self, container: Container) -> None:
        stations = [STATION, {"short_name": "T", "name": "Другая"}]

        async def counted(course: dict[str, str]) -> dict[object, object]:
            await arrange(container, stations=stations, courses=[course])
            return {row["short_name"]: row["courses_count"] for row in await rows_of(container, "stations")}

        assert await counted(COURSE) == {"S": 1, "T": 0}
        assert await counted(COURSE | {"station": "T"}) == {"S": 0, "T": 1}
        assert await counted(COURSE | {"station": ""}) == {"S": 0, "T": 0}
        assert (await only_row(container, "courses"))["station_id"] is None

    async def test_a_row_with_too_many_cells_is_named(self, container: Container) -> None:
        stations = source("stations", STATION)
        longer = replace(stations, rows=[replace(row, surplus=True) for row in stations.rows])
        with pytest.raises(BadRows) as bad:
            await container.import_files()([longer])
        assert str(bad.value.errors[0]) == "stations.csv:2: has more cells than there are columns"

    async def test_many_rows_come_in_by_chunks(self, container: Container) -> None:
        rows = [{"username": f"u{n:04}", "email": f"u{n}@example.com"} for n in range(1_100)]
        assert (await arrange(container, users=rows))["users.csv"] == Counts(created=1_100)
        rows[0] = {"username": "u0000", "email": "changed@example.com"}
        assert (await arrange(container, users=rows))["users.csv"] == Counts(updated=1, unchanged=1_099)
        [error] = await refused(container, users=[*rows, {"username": "u0001", "email": "other@example.com"}])
        assert error == "users.csv:1102: repeats line 3"

    async def test_a_bad_row_in_the_last_chunk_undoes_the_first(self, container: Container) -> None:
        rows = [{"username": f"u{n:04}"} for n in range(1_100)]
        assert await refused(container, users=[*rows, {"username": ""}]) == ["users.csv:1102: username: is missing"]
        assert await rows_of(container, "users") == []
        assert await rows_of(container, "user_profiles") == []

    async def test_progress_and_results_of_elsewhere_complete_courses(self, container: Container) -> None:
        """As a system that is replaced left them: with percents, completions, certificates and totals."""
        await arrange(container, **PROGRAM_OF_ONE, courses=[COURSE])
        tests = [{"code": "F", "lesson": "", "program": "P", "title": "F", "passing_score": "60"}]
        await arrange(container, tests=tests, users=[{"username": "anna"}, {"username": "boris"}])
        begun = {"course": "C", "enrolled_at": "2025-01-01"}
        done = {"lesson": "L", "topic": "1", "completed_at": "2025-05-01T10:00:00Z"}
        results = [
            {"username": "anna", "test": "F", "attempt": "1", "score_percent": "59"},
            {"username": "anna", "test": "F", "attempt": "2", "score_percent": "60", "completed_at": "2025-06-01"},
        ]
        kinds = {
            "enrollments": [{**begun, "username": "anna"}, {**begun, "username": "boris"}],
            "progress": [{"username": "anna", **done}],
            "test_results": results,
        }
        counts = await arrange(container, at=MONDAY, **kinds)
        assert [count.created for count in counts.values()] == [2, 1, 2]
        [first, second] = sorted(await rows_of(container, "user_test_results"), key=lambda row: row["attempt"])
        assert (first["passed"], second["passed"]) == (False, True)
        [certificate] = await rows_of(container, "certificates")
        enrollments = {row["user_id"]: row for row in await rows_of(container, "user_courses")}
        mine = enrollments.pop(certificate["user_id"])
        assert (mine["progress_percent"], mine["status"]) == (100, "completed")
        assert mine["completed_at"] == datetime(2025, 6, 1, tzinfo=UTC)
        assert [row["status"] for row in enrollments.values()] == ["in_progress"]
        totals = await container.learners().totals(certificate["user_id"])
        assert (totals.topics_completed, totals.tests_passed, totals.certificates_count) == (1, 1, 1)
        counts = await arrange(container, **kinds)
        assert [count.unchanged for count in counts.values()] == [2, 1, 2]
        assert await rows_of(container, "certificates") == [certificate]

    async def test_bad_progress_and_results_are_named(self, container: Container) -> None:
        await arrange(container, **PROGRAM_OF_ONE, users=[{"username": "anna"}])
        [error] = await refused(container, progress=[{"username": "anna", "lesson": "L", "topic": "2"}])
        assert error.startswith("progress.csv:2: topic:")
        tests = [{"code": "T", "lesson": "L", "program": "", "title": "T"}]
        await arrange(container, tests=tests)
        row = {"username": "anna", "test": "T", "attempt": "1"}
        for score in ("101", "-1", "x", ""):
            [error] = await refused(container, test_results=[{**row, "score_percent": score}])
            assert "score_percent" in error
        [error] = await refused(container, test_results=[{**row, "attempt": "0", "score_percent": "1"}])
        assert "attempt" in error

    async def test_what_is_exported_comes_back_unchanged(self, container: Container) -> None:
        await import_examples(container)
        await arrange(
            container,
            progress=[{"username": "employee", "lesson": "KS01-GPA-L1", "topic": "1.1"}],
            test_results=[{"username": "employee", "test": "KS01-GPA-T1", "attempt": "2", "score_percent": "70"}],
        )
        for name, kind in KINDS.items():
            lines = [line async for batch in container.export_kind()(kind) for line in batch]
            headers, *rows = lines
            exported = [dict(zip(headers, row, strict=True)) for row in rows]
            assert exported, name
            assert "password_hash" not in headers
            [counts] = (await arrange(container, **{name: exported})).values()
            assert counts == Counts(unchanged=len(exported)), name

    async def test_what_is_exported_and_imported_elsewhere_is_exported_the_same(
        self, container: Container, twin: Container, tmp_path: Path
    ) -> None:
        await import_examples(container)
        await arrange(
            container,
            stations=[{"short_name": text, "name": text, "description": text} for text in HOSTILE_TEXTS],
            safety_systems=[{"station": "КС-01", "name": "С", "features": r"a\;b;=c;\\;'d"}],
            progress=[{"username": name, "lesson": "KS01-GPA-L1", "topic": "1.1"} for name in ("employee", "admin")],
            test_results=[{"username": "employee", "test": "KS01-GPA-T1", "attempt": "2", "score_percent": "70"}],
            shop_lessons=[{"title": text, "price": "1", "text_content": text} for text in HOSTILE_TEXTS],
            shop_courses=[
                {"title": text, "description": text, "total_price": "1", "lessons": joined(HOSTILE_TEXTS[number:])}
                for number, text in enumerate(HOSTILE_TEXTS)
            ],
            promo_codes=[{"code": code} for code in ("-1", "--", "_a")],
            groups=[{"teacher": "teacher", "name": text, "students": "student"} for text in HOSTILE_TEXTS],
            scheduled_lessons=[
                {
                    "teacher": "teacher",
                    "group": text,
                    "title": text,
                    "start_time": "2026-09-01",
                    "end_time": "2026-09-02",
                }
                for text in HOSTILE_TEXTS
            ],
        )
        first, second = await exported(container, tmp_path / "first"), tmp_path / "second"
        with ExitStack() as stack:
            await twin.import_files()([source for source, _ in open_folder(tmp_path / "first", stack)])
        assert await exported(twin, second) == first
        assert set(first) == {f"{name}.csv" for name in KINDS}

    async def test_hashes_are_exported_where_they_are_asked_for(self, container: Container) -> None:
        await arrange(container, users=[{"username": "anna", "password_hash": BCRYPT}])
        [headers, row] = [
            line async for batch in container.export_kind()(KINDS["users"], with_hashes=True) for line in batch
        ]
        assert dict(zip(headers, row, strict=True))["password_hash"] == BCRYPT
        assert "password" not in headers

    async def test_new_records_are_numbered_in_the_order_of_their_file(self, container: Container) -> None:
        await arrange(container, **PROGRAM_OF_ONE)
        codes = [str(number * 7 % 101) for number in range(1, 101)]
        await arrange(container, topics=[{"lesson": "L", "code": f"t{code}", "title": code} for code in codes])
        rows = sorted(await rows_of(container, "topics"), key=lambda row: row["id"])
        assert [row["title"] for row in rows[1:]] == codes
