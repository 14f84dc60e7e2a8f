"""Bad rows are named and nothing is stored, over every `ImportStore`."""

from dataclasses import replace

import pytest

from atg_core.importing.import_files import BadRows
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of, source
from tests.contracts.importing.samples import (
    COURSE,
    LESSON,
    PROGRAM,
    PROGRAM_OF_ONE,
    STATION,
    TOPIC,
    only_row,
    refused,
)


class ImportErrorsContract:
    """The fixture `container` gives the adapter."""

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

    async def test_a_row_with_too_many_cells_is_named(self, container: Container) -> None:
        stations = source("stations", STATION)
        longer = replace(stations, rows=[replace(row, surplus=True) for row in stations.rows])
        with pytest.raises(BadRows) as bad:
            await container.import_files()([longer])
        assert str(bad.value.errors[0]) == "stations.csv:2: has more cells than there are columns"

    async def test_a_bad_row_in_the_last_chunk_undoes_the_first(self, container: Container) -> None:
        rows = [{"username": f"u{n:04}"} for n in range(1_100)]
        assert await refused(container, users=[*rows, {"username": ""}]) == ["users.csv:1102: username: is missing"]
        assert await rows_of(container, "users") == []
        assert await rows_of(container, "user_profiles") == []
