"""What the training department's imports may do to accounts, over every `ImportStore`."""

from dataclasses import replace

import pytest

from atg_core.identity.model import Caller, Role
from atg_core.importing.accounts import CHANGED_BY_ADMINS, GIVEN_BY_ADMINS
from atg_core.importing.imports import ImportOfAnother, ImportState, KindForbidden
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.importing.ordered import an_admin, applied, as_csv, checked, found
from tests.contracts.importing.samples import BCRYPT
from tests.people import add_person

PASSWORD = "a rather long pass"


class RightsContract:
    """The fixture `container` gives the adapter."""

    @pytest.fixture
    async def training(self, container: Container) -> Caller:
        user_id = await add_person(container, "the-training", role=Role.TRAINING)
        return replace(await an_admin(container), id=user_id, role=Role.TRAINING)

    async def test_nobody_gives_more_than_they_may_by_hand(self, container: Container, training: Caller) -> None:
        staff = [{"username": "boss", "role": "admin"}, {"username": "worker", "role": "user"}]
        await arrange(container, users=[{**each, "email": f"{each['username']}@x.ru"} for each in staff])
        rows = [
            {"username": "boss", "email": "mine@x.ru"},
            {"username": "worker", "email": "w@x.ru"},
            {"username": "the-training", "password": "a rather long pass"},
        ]
        order = await checked(container, training, "users", as_csv(rows))
        assert [(each.line, each.reason) for each in order.faults] == [(2, CHANGED_BY_ADMINS), (4, CHANGED_BY_ADMINS)]
        for row in ({"username": "worker", "role": "admin"}, {"username": "new", "role": "training"}):
            order = await checked(container, training, "users", as_csv([row]))
            assert [(each.column, each.reason) for each in order.faults] == [("role", GIVEN_BY_ADMINS)]
        work = [{"username": "boss", "department": "D"}, {"username": "new", "department": "D"}]
        assert (await applied(container, training, "users", as_csv(work))).state is ImportState.APPLIED
        assert {row["username"]: row["role"] for row in await rows_of(container, "users")}["new"] == "user"

    async def test_passwords_of_administrators_are_not_compared(self, container: Container, training: Caller) -> None:
        """Else `unchanged` would tell that a password is theirs."""
        people = [{"username": "boss", "role": "admin"}, {"username": "worker", "role": "user"}]
        given = {"password_hash": BCRYPT}
        await arrange(container, users=[{**each, "password": PASSWORD} for each in people])
        await arrange(container, users=[{"username": "other", "role": "admin", **given}])
        for row in ({"username": "boss", "password": PASSWORD}, {"username": "other", **given}):
            order = await checked(container, training, "users", as_csv([row]))
            assert [(each.line, each.reason) for each in order.faults] == [(2, CHANGED_BY_ADMINS)]
            assert (order.unchanged, order.updated, order.rejected) == (0, 0, 1)
        order = await checked(container, training, "users", as_csv([{"username": "worker", "password": PASSWORD}]))
        assert (order.unchanged, order.rejected) == (1, 0)

    async def test_the_role_of_the_moment_counts_and_uploads_are_one_s_own(
        self, container: Container, training: Caller
    ) -> None:
        with pytest.raises(KindForbidden):
            await checked(container, training, "stations", b"short_name,name\nA,A\n")
        of_admin = await checked(container, await an_admin(container, "other"), "users", as_csv([{"username": "x"}]))
        with pytest.raises(ImportOfAnother):
            await container.order_imports().apply(training, of_admin.id)
        own = await checked(container, training, "users", as_csv([{"username": "y"}]))
        await container.order_imports().apply(training, own.id)
        await arrange(container, users=[{"username": "the-training", "role": "user"}])
        await container.run_imports().apply({"import_id": str(own.id)})
        assert (await found(container, own)).state is ImportState.FAILED
        assert "y" not in {row["username"] for row in await rows_of(container, "users")}
