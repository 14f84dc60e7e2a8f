"""Created, updated and unchanged rows of an import, over every `ImportStore`."""

from datetime import timedelta
from pathlib import Path

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.conftest import EXAMPLES, import_examples
from tests.contracts.importing.samples import MONDAY, PROGRAM, PROGRAM_OF_ONE, STATION, only_row, refused


class UpsertContract:
    """The fixture `container` gives the adapter."""

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

    async def test_what_one_row_gives_up_another_row_may_have(self, container: Container) -> None:
        await arrange(container, users=[{"username": "a", "email": "a@example.com"}])
        rows = [{"username": "b", "email": "a@example.com"}, {"username": "a", "email": "new@example.com"}]
        assert (await arrange(container, users=rows))["users.csv"] == Counts(created=1, updated=1)
        emails = {row["username"]: row["email"] for row in await rows_of(container, "users")}
        assert emails == {"a": "new@example.com", "b": "a@example.com"}

    async def test_many_rows_come_in_by_chunks(self, container: Container) -> None:
        rows = [{"username": f"u{n:04}", "email": f"u{n}@example.com"} for n in range(1_100)]
        assert (await arrange(container, users=rows))["users.csv"] == Counts(created=1_100)
        rows[0] = {"username": "u0000", "email": "changed@example.com"}
        assert (await arrange(container, users=rows))["users.csv"] == Counts(updated=1, unchanged=1_099)
        [error] = await refused(container, users=[*rows, {"username": "u0001", "email": "other@example.com"}])
        assert error == "users.csv:1102: repeats line 3"

    async def test_new_records_are_numbered_in_the_order_of_their_file(self, container: Container) -> None:
        await arrange(container, **PROGRAM_OF_ONE)
        codes = [str(number * 7 % 101) for number in range(1, 101)]
        await arrange(container, topics=[{"lesson": "L", "code": f"t{code}", "title": code} for code in codes])
        rows = sorted(await rows_of(container, "topics"), key=lambda row: row["id"])
        assert [row["title"] for row in rows[1:]] == codes
