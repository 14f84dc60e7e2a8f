"""Who gives which role, and changes whose account."""

from dataclasses import replace

import pytest

from atg_core.errors import Forbidden
from atg_core.identity import staff
from atg_core.identity.model import SELF_ASSIGNED_ROLES, Caller, Role
from tests.people import account

_USER = account("anna").user


def _caller(role: Role) -> Caller:
    of_user = {name: getattr(_USER, name) for name in ("id", "username", "full_name", "email", "is_active")}
    return Caller(**of_user, role=role, session_id=_USER.id)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_nobody_but_an_administrator_gives_a_role_of_staff(role: Role) -> None:
    for given in set(Role) - {Role.USER}:
        with pytest.raises(staff.RoleGivenByAdmins):
            staff.require_may_give(_caller(role), given)
        staff.require_may_give(_caller(Role.ADMIN), given)
        staff.require_may_give(None, given)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
@pytest.mark.parametrize("given", Role)
def test_nobody_else_changes_a_role_not_even_to_what_it_is(role: Role, given: Role) -> None:
    with pytest.raises(staff.RoleGivenByAdmins):
        staff.require_may_change(_caller(role), given, {"role", "department"})


@pytest.mark.parametrize("field", ["username", "email", "password", "password_hash", "is_active", "full_name"])
def test_the_training_department_changes_accounts_of_employees_alone(field: str) -> None:
    training = _caller(Role.TRAINING)
    staff.require_may_change(training, Role.USER, {field})
    for role in set(Role) - {Role.USER}:
        staff.require_may_change(training, role, {})
        with pytest.raises(staff.AccountOfStaff):
            staff.require_may_change(training, role, {field})


@pytest.mark.parametrize("role", Role)
def test_nobody_of_other_roles_changes_an_account(role: Role) -> None:
    for other in set(Role) - {Role.ADMIN, Role.TRAINING}:
        with pytest.raises(Forbidden):
            staff.require_may_change(_caller(other), role, {"full_name"})


def test_nobody_else_ends_sessions_of_an_administrator() -> None:
    support = _caller(Role.SUPPORT)
    for role in set(Role) - {Role.ADMIN}:
        staff.require_may_help(support, role)
    with pytest.raises(staff.AccountOfStaff):
        staff.require_may_help(support, Role.ADMIN)
    staff.require_may_help(replace(support, role=Role.ADMIN), Role.ADMIN)


def test_an_administrator_does_everything_and_who_registers_nothing() -> None:
    everything = [each for name, each in vars(staff).items() if name.endswith("_STAFF")]
    assert len(everything) == 6
    for roles in everything:
        assert Role.ADMIN in roles
        assert not roles & (SELF_ASSIGNED_ROLES | {Role.USER})
