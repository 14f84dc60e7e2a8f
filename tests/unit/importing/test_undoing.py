"""Which rows are put back."""

from typing import Any

from atg_core.identity.model import Role
from atg_core.importing.undoing import Verdict, restorable

ROW: dict[str, Any] = {"role": "user", "email": "a@x.ru", "position": "P", "updated_at": "1"}


def verdict(table: str = "users", *, role: Role = Role.ADMIN, after: Any = ROW, now: Any = ROW) -> Verdict:
    before = {**ROW, "position": "before", "updated_at": "0"}
    return restorable(role, table, before, after, now)


def test_a_column_that_an_import_left_as_it_was_stays_as_it_is_now() -> None:
    """It may have changed it on the way, and changed it back."""
    assert verdict(now={**ROW, "email": "mine@x.ru"}) == Verdict(left=frozenset({"email"}))


def test_a_column_that_an_import_changed_hinders_once_it_is_another() -> None:
    assert verdict(now={**ROW, "position": "mine"}).hindrance == "changed"
    assert verdict(now=None).hindrance == "changed"
    assert verdict(now={**ROW, "updated_at": "2"}) == Verdict(left=frozenset({"updated_at"}))


def test_accounts_of_staff_are_put_back_by_administrators() -> None:
    staff = {**ROW, "role": "teacher"}
    assert verdict(role=Role.TRAINING, now=staff).hindrance == "protected"
    assert verdict(role=Role.ADMIN, now=staff).hindrance is None
    assert verdict("user_profiles", role=Role.TRAINING, now=staff).hindrance is None
