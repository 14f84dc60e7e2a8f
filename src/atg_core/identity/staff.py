"""Which roles of staff do what (decision 0058). Administrators do all of it; nobody else gives roles."""

from collections.abc import Collection, Mapping

from atg_core.errors import Forbidden
from atg_core.identity.model import Caller, Role

TRAINING_STAFF = frozenset({Role.ADMIN, Role.TRAINING})
"""People, assignments, reports, certificates."""

COURSE_STAFF = TRAINING_STAFF | {Role.INSTRUCTOR}
"""See courses that are not offered, who learns them, and with what result."""

SHOP_STAFF = frozenset({Role.ADMIN, Role.SHOP})
"""Products, customers, purchases, promo codes of the shop."""

TICKET_STAFF = SHOP_STAFF | {Role.SUPPORT}
"""Answer support tickets of the shop, and see the customer of each."""

MARKETING_STAFF = frozenset({Role.ADMIN, Role.MARKETING})
"""Campaigns."""

PEOPLE_STAFF = TRAINING_STAFF | {Role.SUPPORT}
"""See accounts, and help their owners to sign in."""

_MANAGED: Mapping[Role, frozenset[Role]] = {Role.ADMIN: frozenset(Role), Role.TRAINING: frozenset({Role.USER})}
"""Whose accounts each role makes and changes; of all others the training department keeps where somebody works."""

_HELPED = frozenset(Role) - {Role.ADMIN}
"""Whose sessions people of PEOPLE_STAFF end."""


class RoleGivenByAdmins(Forbidden):
    """Only an administrator gives this role"""


class AccountOfStaff(Forbidden):
    """Only an administrator changes an account of this role"""


def may_help(actor: Caller, role: Role) -> bool:
    """Whether somebody of PEOPLE_STAFF ends sessions of accounts of a role, and sends links to set a password."""
    return actor.role is Role.ADMIN or (actor.role in PEOPLE_STAFF and role in _HELPED)


def require_may_give(actor: Caller | None, role: Role) -> None:
    """Whether somebody may make an account of a role; None: a command line. Raises RoleGivenByAdmins."""
    if actor is not None and not manages(actor.role, role):
        raise RoleGivenByAdmins


def require_may_change(actor: Caller | None, role: Role, fields: Collection[str]) -> None:
    """Whether somebody may change these fields of an account of a role; none: only where its owner works.

    Whoever set the email or password of an account could sign in to it. Raises RoleGivenByAdmins, AccountOfStaff.
    """
    if actor is None or actor.role is Role.ADMIN:
        return
    if "role" in fields:
        raise RoleGivenByAdmins
    if fields and not manages(actor.role, role):
        raise AccountOfStaff


def require_may_help(actor: Caller, role: Role) -> None:
    """Raises AccountOfStaff."""
    if not may_help(actor, role):
        raise AccountOfStaff


def manages(actor: Role, role: Role) -> bool:
    """Whether whoever has the first role makes and changes accounts of the second."""
    return role in _MANAGED.get(actor, frozenset())
