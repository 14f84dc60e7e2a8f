"""Import of tests, enrollments, progress and test results, over every `ImportStore`."""

from datetime import UTC, datetime, timedelta

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.importing.samples import (
    COURSE,
    LESSON,
    MONDAY,
    PROGRAM,
    PROGRAM_OF_ONE,
    STATION,
    exported_rows,
    only_row,
    refused,
)


class LearningImportingContract:
    """The fixture `container` gives the adapter."""

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

    async def test_numbers_of_options_without_options_are_not_dropped(self, container: Container) -> None:
        await arrange(container, **PROGRAM_OF_ONE, tests=[{"code": "T", "lesson": "L", "program": "", "title": "T"}])
        question = {"test": "T", "position": "1", "text": "?", "correct": "1"}
        assert await refused(container, questions=[question]) == ["questions.csv:2: correct: needs the column options"]
        await arrange(container, questions=[question | {"correct": ""}])

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

    async def test_who_had_left_a_course_is_enrolled_again_by_a_list_and_not_by_an_export(
        self, container: Container
    ) -> None:
        users = [{"username": name} for name in ("u", "v")]
        listed = [{"username": name, "course": "C"} for name in ("u", "v")]
        await arrange(container, at=MONDAY, stations=[STATION], courses=[COURSE], users=users, enrollments=listed)
        left = [listed[0] | {"cancelled_at": "2026-03-05"}]
        assert (await arrange(container, enrollments=left))["enrollments.csv"] == Counts(updated=1)
        exported = await exported_rows(container, "enrollments")
        assert [row["cancelled_at"] for row in exported] == ["2026-03-05T00:00:00Z", ""]
        assert (await arrange(container, enrollments=exported))["enrollments.csv"] == Counts(unchanged=2)
        assert (await arrange(container, enrollments=listed))["enrollments.csv"] == Counts(updated=1, unchanged=1)
        rows = await rows_of(container, "user_courses")
        assert [(row["cancelled_at"], row["started_at"]) for row in rows] == [(None, MONDAY)] * 2

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
        totals = (await container.learner_queries().stats(certificate["user_id"])).totals
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
