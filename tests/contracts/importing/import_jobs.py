"""What the jobs of imports do when something goes wrong, and with whose rights; over every database."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from atg_core.clock import utc_now
from atg_core.identity.model import Caller, Role
from atg_core.importing.imports import JOB_PERIOD, UNDO_PERIOD, ImportRunning, ImportState
from atg_core.importing.ports import Source
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.importing.ordered import an_admin, applied, as_csv, checked, found, undone
from tests.contracts.importing.samples import BCRYPT, ids
from tests.people import add_person, begin_session


async def promote(container: Container, username: str, **changes: str) -> None:
    await arrange(container, users=[{"username": username, **changes}])


class ImportJobsContract:
    """The fixture `container` gives the adapter."""

    @pytest.fixture
    async def training(self, container: Container) -> Caller:
        user_id = await add_person(container, "the-training", role=Role.TRAINING)
        return replace(await an_admin(container), id=user_id, role=Role.TRAINING)

    async def test_only_administrators_put_back_what_lets_into_an_account_of_staff(
        self, container: Container, training: Caller
    ) -> None:
        await arrange(container, users=[{"username": "a", "full_name": "Anna", "email": "old@x.ru"}])
        rows = [{"username": "a", "email": "new@x.ru", "department": "D"}]
        order = await applied(container, training, "users", as_csv(rows))
        await promote(container, "a", role="admin")
        refused = await undone(container, training, order)
        assert refused.state is ImportState.APPLIED
        assert [(each.name, each.what) for each in refused.hindrances] == [("Anna", "protected")]
        assert "new@x.ru" in {row["email"] for row in await rows_of(container, "users")}
        assert (await undone(container, await an_admin(container, "other"), order)).state is ImportState.UNDONE
        assert "old@x.ru" in {row["email"] for row in await rows_of(container, "users")}

    async def test_where_somebody_of_the_staff_works_is_put_back_by_anybody(
        self, container: Container, training: Caller
    ) -> None:
        await arrange(container, users=[{"username": "a", "department": "Old"}])
        order = await applied(container, training, "users", as_csv([{"username": "a", "department": "New"}]))
        await promote(container, "a", role="admin")
        assert (await undone(container, training, order)).state is ImportState.UNDONE

    async def test_an_undo_ends_what_the_former_values_do_not_let_in(self, container: Container) -> None:
        admin, other = await an_admin(container), await an_admin(container, "other")
        await arrange(container, users=[{"username": "a", "password_hash": BCRYPT}, {"username": "b"}])
        rows = [{"username": "a", "password": "a rather long pass"}, {"username": "b", "password": ""}]
        order = await applied(container, admin, "users", as_csv([*rows, {"username": "new", "password": ""}]))
        known = await ids(container)
        users = [(await container.callers().account(known[name])).user for name in ("a", "b")]
        for user in users:
            await begin_session(container, user)
        assert (await undone(container, other, order)).state is ImportState.UNDONE
        sessions = {row["user_id"]: row for row in await rows_of(container, "user_sessions")}
        assert sessions[users[0].id]["revoke_reason"] == "password_changed"
        assert sessions[users[1].id]["revoked_at"] is None
        told = [(row["action"], row["actor_id"], row["source"]) for row in await rows_of(container, "audit_events")]
        assert ("password_changed", admin.id, "import of rows.csv") in told
        assert ("password_changed", other.id, "undo of the import of rows.csv") in told

    async def test_the_log_names_who_has_had_it_applied(self, container: Container, training: Caller) -> None:
        """The rights are those of who uploaded it."""
        admin = await an_admin(container, "other")
        await arrange(container, users=[{"username": "a", "email": "a@x.ru"}, {"username": "s", "role": "shop"}])
        order = await checked(container, training, "users", as_csv([{"username": "a", "email": "b@x.ru"}]))
        await container.order_imports().apply(admin, order.id)
        await container.run_imports().apply({"import_id": str(order.id), "ordered_by": str(admin.id)})
        [event] = [row for row in await rows_of(container, "audit_events") if row["action"] == "email_changed"]
        assert event["actor_id"] == admin.id

    async def test_nothing_is_done_for_somebody_who_may_not_sign_in_any_more(self, container: Container) -> None:
        admin, other = await an_admin(container), await an_admin(container, "other")
        order = await checked(container, admin, "users", as_csv([{"username": "a"}]))
        done = await applied(container, other, "users", as_csv([{"username": "b"}]))
        await container.order_imports().apply(admin, order.id)
        await promote(container, "the-admin", is_active="false")
        await container.run_imports().apply({"import_id": str(order.id), "ordered_by": str(admin.id)})
        refused = await found(container, order)
        assert (refused.state, refused.problem) == (ImportState.FAILED, "Who ordered it may not sign in any more")
        await container.order_imports().undo(other, done.id)
        await container.run_imports().undo({"import_id": str(done.id), "ordered_by": str(admin.id)})
        refused = await found(container, done)
        assert (refused.state, refused.problem) == (ImportState.APPLIED, "Who ordered it may not sign in any more")
        assert {"b"} == {"a", "b"} & {row["username"] for row in await rows_of(container, "users")}

    async def test_what_is_committed_is_not_told_to_have_failed(self, container: Container) -> None:
        admin, run_imports = await an_admin(container), container.run_imports()
        order = await checked(container, admin, "users", as_csv([{"username": "a"}]))
        await container.order_imports().apply(admin, order.id)

        async def breaking(sources: Sequence[Source], options: Any) -> Mapping[str, Any]:
            await run_imports.import_files(sources, options)
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await replace(run_imports, import_files=breaking).apply({"import_id": str(order.id)})
        assert (await found(container, order)).state is ImportState.APPLIED

    async def test_what_is_not_undone_stays_applied_and_says_so(self, container: Container) -> None:
        admin, run_imports = await an_admin(container), container.run_imports()
        order = await applied(container, admin, "users", as_csv([{"username": "a"}]))

        @asynccontextmanager
        async def breaking() -> AsyncIterator[Any]:
            raise ConnectionResetError
            yield

        await container.order_imports().undo(admin, order.id)
        with pytest.raises(ConnectionResetError):
            await replace(run_imports, open_change_recorder=breaking).undo({"import_id": str(order.id)})
        present = await found(container, order)
        assert (present.state, present.problem) == (ImportState.APPLIED, "an error occurred, try again")
        assert (await undone(container, admin, order)).state is ImportState.UNDONE

    async def test_one_of_which_nothing_is_recorded_any_more_is_not_undone(self, container: Container) -> None:
        admin = await an_admin(container)
        order = await applied(container, admin, "users", as_csv([{"username": "a"}]))
        await container.order_imports().undo(admin, order.id)
        async with container.open_imports()() as records:
            await records.save(replace(await records.find(order.id), is_recorded=False))
        await container.run_imports().undo({"import_id": str(order.id)})
        present = await found(container, order)
        assert (present.state, present.problem) == (ImportState.APPLIED, "This was possible within a day only")
        assert "a" in {row["username"] for row in await rows_of(container, "users")}

    async def test_one_that_waits_for_its_job_is_not_forgotten_and_one_that_died_is_given_up(
        self, container: Container
    ) -> None:
        admin, run_imports = await an_admin(container), container.run_imports()
        order = await applied(container, admin, "users", as_csv([{"username": "a"}]))
        waiting = await checked(container, admin, "users", as_csv([{"username": "b"}]))
        await container.order_imports().undo(admin, order.id)
        async with container.open_imports()() as records:
            tomorrow = utc_now() + UNDO_PERIOD + timedelta(seconds=1)
            assert [each.id for each in await records.outdated(tomorrow)] == [waiting.id]
        assert await run_imports.forget() == 0
        with pytest.raises(ImportRunning):
            await container.order_imports().apply(admin, waiting.id)
        await replace(run_imports, clock=lambda: utc_now() + JOB_PERIOD + timedelta(seconds=1)).forget()
        given_up = await found(container, order)
        assert (given_up.state, given_up.problem) == (ImportState.APPLIED, "an error occurred, try again")
        assert (await container.order_imports().apply(admin, waiting.id)).state is ImportState.APPLYING

    async def test_reasons_are_no_longer_than_what_is_shown(self, container: Container) -> None:
        admin = await an_admin(container)
        order = await checked(container, admin, "enrollments", as_csv([{"username": "x" * 5_000, "course": "C"}]))
        assert len(order.faults[0].reason) == 500
