"""The rules of `atg_core.importing.accounts` as expressions of the bulk import's statement (PostgreSQL).

A batch with a row that only row by row can be judged is refused as a whole.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from atg_core.identity.audit import Action
from atg_core.identity.model import Origin
from atg_core.importing.export import exported_headers
from atg_core.importing.model import Kind

type Is = sa.ColumnElement[bool]


def is_protected(kind: Kind, staging: sa.Table, stored: sa.FromClause, differs: Is) -> Is:
    """Whether the row is about a self-made account, and does not only repeat all that is stored."""
    complete = set(staging.c.keys()) >= set(exported_headers(kind, with_hashes=False))
    is_self_made = sa.func.coalesce(stored.c.origin == Origin.SELF, sa.false())
    return is_self_made & differs if complete else is_self_made


def names_unproven(named: Mapping[str, sa.FromClause], stored: sa.FromClause) -> Is:
    """Whether the row newly names a self-made account whose email is not verified. `named`: users by field."""
    return sa.or_(
        sa.false(),
        *(
            (user.c.origin == Origin.SELF)
            & user.c.email.is_not(None)
            & user.c.email_verified_at.is_(None)
            & stored.c[field].is_distinct_from(user.c.id)
            for field, user in named.items()
        ),
    )


def is_rehashed(columns: Any, given: sa.ColumnElement[Any]) -> Is:
    """Whether the stored hash replaced the given one at a sign-in (`rehash_digest`)."""
    pair = sa.func.convert_to(given + "\n" + columns.password_hash, "UTF8")
    return sa.func.coalesce(columns.rehash_digest == sa.func.sha256(pair), sa.false())


def still_verified(columns: Any, folded_email: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """When the email was verified; NULL for another one."""
    return sa.case((columns.email_folded.is_distinct_from(folded_email), None), else_=columns.email_verified_at)


def actions_of(stored: sa.FromClause, given: Mapping[str, Any]) -> sa.ColumnElement[Any]:
    """The changes of the account that the audit log records, as an array of texts."""
    differs = {field: stored.c[field].is_distinct_from(value) for field, value in given.items() if field in stored.c}
    actions: list[tuple[Is, Action]] = []
    if "is_active" in differs:
        actions.append((differs["is_active"] & ~given["is_active"], Action.USER_DEACTIVATED))
        actions.append((differs["is_active"] & given["is_active"], Action.USER_CHANGED))
    if "role" in differs:
        actions.append((differs["role"], Action.ROLE_CHANGED))
    if "password_hash" in differs:
        other = given["password_hash"].is_not(None) & ~is_rehashed(stored.c, given["password_hash"])
        actions.append((differs["password_hash"] & other, Action.PASSWORD_CHANGED))
    if "email" in differs:
        actions.append((differs["email"], Action.EMAIL_CHANGED))
    texts = [sa.case((is_so, sa.literal(action)), else_=None) for is_so, action in actions]
    return sa.func.array_remove(postgresql.array[Any](texts, type_=sa.Text), None)


def changed_accounts(resolved: sa.CTE) -> sa.ScalarSelect[Any]:
    """The accounts that differ: id, and actions, as JSON."""
    each = sa.func.jsonb_build_array(resolved.c.stored_id, sa.func.to_jsonb(resolved.c.actions))
    return (
        sa.select(sa.func.jsonb_agg(each, type_=postgresql.JSONB))
        .where(resolved.c.actions.is_not(None))
        .scalar_subquery()
    )
