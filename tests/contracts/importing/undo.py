"""Undoing an import gives the database as it was, whatever kind it was; over every `ChangeRecorder`."""

import csv
from dataclasses import replace
from datetime import timedelta

import pytest

from atg_core.clock import utc_now
from atg_core.importing.imports import (
    UNDO_PERIOD,
    ImportHasFaults,
    ImportNotReady,
    ImportRunning,
    ImportState,
    ImportTooOld,
)
from atg_core.importing.kinds import KINDS
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.conftest import EXAMPLES
from tests.contracts.importing.ordered import an_admin, applied, as_csv, checked, every_row, found, undone
from tests.contracts.importing.samples import COURSE, LESSON, PROGRAM, STATION, TOPIC, ids

_FOR_ALL = {"course": "KS01-OPER", "station": "", "position": ""}
# Of kinds without an example file, about what the example files have.
ROWS: dict[str, list[dict[str, str]]] = {
    "test-draws": [{"test": "KS01-GPA-T1", "bank": "SAFETY", "position": "1", "questions_count": "1", "tags": "a;b"}],
    "course-prerequisites": [{"course": "KS01-OPER", "required_course": "ATG-INDSAFE"}],
    "assignments": [
        {**_FOR_ALL, "code": "A1", "audience": "group", "department": "Газокомпрессорная служба"},
        {**_FOR_ALL, "code": "A2", "audience": "users", "users": "employee;instructor", "due_days": "30"},
    ],
    "managers": [{"username": "instructor", "station": "КС-01"}, {"username": "admin", "department": "Склад"}],
    "progress": [{"username": "employee", "lesson": "KS01-GPA-L1", "topic": "1.1"}],
    "test-results": [{"username": "employee", "test": "KS01-GPA-T1", "attempt": "1", "score_percent": "90"}],
    "certificates": [
        {
            "username": "employee",
            "course": "ATG-FIRSTAID",
            "issuer": "Учебный центр",
            "number": "17",
            "title": "Первая помощь",
            "issued_at": "2026-02-02T00:00:00Z",
            "valid_until": "",
        }
    ],
}


def example(kind: str) -> list[dict[str, str]]:
    if kind in ROWS:
        return ROWS[kind]
    with (EXAMPLES / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class UndoContract:
    """The fixture `container` gives the adapter."""

    async def test_an_import_of_every_kind_is_taken_back_row_by_row(self, container: Container) -> None:
        admin = await an_admin(container)
        for kind in KINDS:
            rows = example(kind)
            before = await every_row(container)
            order = await applied(container, admin, kind, as_csv(rows))
            assert (order.state, order.problem, order.created) == (ImportState.APPLIED, None, len(rows)), kind
            assert await every_row(container) != before, kind
            assert (await undone(container, admin, order)).state is ImportState.UNDONE, kind
            assert await every_row(container) == before, kind
            await arrange(container, **{kind.replace("-", "_"): rows})

    async def test_changes_of_what_was_there_are_taken_back(self, container: Container) -> None:
        """Fields, profiles, lists, exchanged emails, and what follows from them."""
        admin = await an_admin(container)
        people = [
            {"username": f"u{each}", "email": f"{each}@x.ru", "full_name": f"N{each}", "employee_id": f"{each}"}
            for each in range(5)
        ]
        await arrange(container, users=people, stations=[STATION], courses=[COURSE], programs=[PROGRAM])
        await arrange(container, lessons=[LESSON], topics=[TOPIC], enrollments=[{"username": "u1", "course": "C"}])
        turned = [{**each, "email": f"{(number + 1) % 5}@x.ru"} for number, each in enumerate(people)]
        turned[0] |= {"role": "instructor", "is_active": "false", "department": "D"}
        progress = [{"username": "u1", "topic": "1", "lesson": "L", "completed_at": "2026-03-02T08:00:00Z"}]
        program = {**PROGRAM, "title": "Other", "requirements": "a;b"}
        for kind, rows in (("users", [*turned, {"username": "new"}]), ("programs", [program]), ("progress", progress)):
            before = await every_row(container)
            order = await applied(container, admin, kind, as_csv(rows))
            assert order.state is ImportState.APPLIED, (order.problem, order.faults)
            assert await every_row(container) != before
            await undone(container, admin, order)
            assert await every_row(container) == before, kind

    async def test_a_dry_run_tells_what_would_change_and_what_is_wrong(self, container: Container) -> None:
        admin = await an_admin(container)
        await arrange(container, users=[{"username": "a", "full_name": "Old"}, {"username": "same"}])
        before = await every_row(container)
        rows = [
            {"username": "a", "full_name": "New"},
            {"username": "b", "password": "a rather long pass"},
            {"username": "same"},
        ]
        order = await checked(container, admin, "users", as_csv([*rows, {"username": "c", "email": "nobody"}]))
        assert (order.created, order.updated, order.unchanged, order.rejected) == (1, 1, 1, 1)
        assert [(each.line, each.column, each.reason) for each in order.faults] == [
            (5, "email", "is not an email address")
        ]
        changes = {each.name: each for each in order.changes}
        [cell] = [each for each in changes["a"].cells if each.header == "full_name"]
        assert (cell.before, cell.after) == ("Old", "New")
        assert ("password", "a rather long pass") not in [(each.header, each.after) for each in changes["b"].cells]
        assert await every_row(container) == before
        with pytest.raises(ImportHasFaults):
            await container.order_imports().apply(admin, order.id)
        broken = await checked(container, admin, "users", b"nothing known\n1\n")
        assert broken.state is ImportState.FAILED
        assert str(broken.problem).startswith("lacks the column username")

    async def test_it_is_refused_where_people_have_gone_on_working(self, container: Container) -> None:
        admin = await an_admin(container)
        await arrange(container, stations=[STATION], courses=[COURSE])
        order = await applied(container, admin, "users", as_csv([{"username": "a", "full_name": "Anna"}]))
        await arrange(container, enrollments=[{"username": "a", "course": "C"}])
        refused = await undone(container, admin, order)
        assert refused.state is ImportState.APPLIED
        assert {(each.name, each.what) for each in refused.hindrances} == {("Anna", "used")}
        order = await applied(container, admin, "users", as_csv([{"username": "a", "full_name": "Anna Kim"}]))
        await arrange(container, users=[{"username": "a", "full_name": "Anna Li"}])
        refused = await undone(container, admin, order)
        assert {each.what for each in refused.hindrances} == {"changed"}

    async def test_what_others_changed_of_the_same_record_stays(self, container: Container) -> None:
        admin = await an_admin(container)
        await arrange(container, users=[{"username": "a", "full_name": "Anna", "company": "X"}])
        order = await applied(container, admin, "users", as_csv([{"username": "a", "full_name": "Kim"}]))
        await arrange(container, users=[{"username": "a", "company": "Y"}])
        assert (await undone(container, admin, order)).state is ImportState.UNDONE
        user_id = (await ids(container))["a"]
        [profile] = [row for row in await rows_of(container, "user_profiles") if row["id"] == user_id]
        assert (profile["full_name"], profile["company"]) == ("Anna", "Y")

    async def test_a_value_that_somebody_has_taken_since_hinders(self, container: Container) -> None:
        admin = await an_admin(container)
        await arrange(container, users=[{"username": "a", "email": "a@x.ru", "full_name": "Anna"}])
        order = await applied(container, admin, "users", as_csv([{"username": "a", "email": "b@x.ru"}]))
        await arrange(container, users=[{"username": "z", "email": "a@x.ru"}])
        before = await every_row(container)
        refused = await undone(container, admin, order)
        assert refused.state is ImportState.APPLIED
        assert [(each.name, each.what) for each in refused.hindrances] == [("Anna", "taken")]
        assert await every_row(container) == before

    async def test_counters_that_others_have_changed_are_counted_anew(self, container: Container) -> None:
        admin = await an_admin(container)
        await arrange(container, stations=[STATION])
        order = await applied(container, admin, "courses", as_csv([COURSE]))
        await arrange(container, courses=[{**COURSE, "code": "C2"}])
        assert [row["courses_count"] for row in await rows_of(container, "stations")] == [2]
        assert (await undone(container, admin, order)).state is ImportState.UNDONE
        assert [row["courses_count"] for row in await rows_of(container, "stations")] == [1]

    async def test_a_job_that_is_run_again_does_nothing_twice(self, container: Container) -> None:
        admin = await an_admin(container)
        order = await applied(container, admin, "users", as_csv([{"username": "a"}]))
        await arrange(container, users=[{"username": "a", "full_name": "Anna"}])
        after = await every_row(container)
        for job in ("check", "apply", "undo"):
            await getattr(container.run_imports(), job)({"import_id": str(order.id)})
        assert (await found(container, order)).state is ImportState.APPLIED
        assert await every_row(container) == after

    async def test_one_is_applied_at_a_time_within_a_day(self, container: Container) -> None:
        admin = await an_admin(container)
        orders = [await checked(container, admin, "users", as_csv([{"username": each}])) for each in ("a", "b")]
        order_imports = container.order_imports()
        await order_imports.apply(admin, orders[0].id)
        with pytest.raises(ImportRunning):
            await order_imports.apply(admin, orders[1].id)
        with pytest.raises(ImportNotReady):
            await order_imports.apply(admin, orders[0].id)
        await container.run_imports().apply({"import_id": str(orders[0].id)})
        late = replace(order_imports, clock=lambda: utc_now() + UNDO_PERIOD + timedelta(seconds=1))
        with pytest.raises(ImportTooOld):
            await late.undo(admin, orders[0].id)
        with pytest.raises(ImportTooOld):
            await late.apply(admin, orders[1].id)

    async def test_files_and_recorded_changes_are_forgotten_after_a_day(self, container: Container) -> None:
        admin = await an_admin(container)
        order = await applied(container, admin, "users", as_csv([{"username": "a"}]))
        assert order.key is None
        waiting = await checked(container, admin, "users", as_csv([{"username": "b"}, {"username": "b"}]))
        assert await container.object_store().find(str(waiting.key))
        later = replace(container.run_imports(), clock=lambda: utc_now() + UNDO_PERIOD + timedelta(seconds=1))
        assert await container.run_imports().forget() == 0
        assert await later.forget() == 2
        for each in (order, waiting):
            kept = await found(container, each)
            assert not any((kept.faults, kept.changes, kept.hindrances))
        assert (await found(container, waiting)).rejected == 1
        assert await container.object_store().find(str(waiting.key)) is None
        assert await rows_of(container, "import_changes") == []
        assert await later.forget() == 0
