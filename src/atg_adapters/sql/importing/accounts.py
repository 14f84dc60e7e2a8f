"""The accounts that an import is about, on SQL."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.identity import (
    audit_events,
    mail_tokens,
    oauth_exchange_codes,
    oauth_identities,
    recovery_codes,
    second_factors,
    sign_in_tickets,
    user_profiles,
    user_sessions,
    users,
)
from atg_adapters.sql.tables.schedule import calendar_tokens
from atg_core.identity.audit import AuditEvent
from atg_core.identity.email_tokens import REVOCABLE
from atg_core.identity.model import Origin
from atg_core.importing.ports import EmailHolder

_AT_ONCE = 10_000
"""In one statement: databases limit the number of parameters."""
# Many events at once: `asdict` would copy each value.
_FIELDS = [field.name for field in fields(AuditEvent)]
_email = users.c.email_folded
_is_self_made = users.c.origin == Origin.SELF
_is_unverified = _is_self_made & users.c.email.is_not(None) & users.c.email_verified_at.is_(None)
_is_verified = users.c.email_verified_at.is_not(None).label("is_verified")
_HOLDERS = sa.select(users.c.id, _email, _is_verified).where(_is_self_made)
_is_username = users.c.username_folded == _email
_other_name = sa.literal("account-") + sa.func.replace(sa.cast(users.c.id, sa.String), "-", "")
_FORGET_IN_PROFILE = sa.update(user_profiles).values(email=None, email_folded=None)
_RELEASE = (
    sa.update(users)
    .where(_is_unverified)
    .values(
        email=None,
        email_folded=None,
        username=sa.case((_is_username, _other_name), else_=users.c.username),
        username_folded=sa.case((_is_username, _other_name), else_=users.c.username_folded),
    )
)


class SqlImportedAccounts:
    """`ImportedAccounts` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def email_holders(self, emails: Collection[str]) -> dict[str, EmailHolder]:
        rows = await self._rows(_HOLDERS, _email, emails)
        return {row.email_folded: EmailHolder(id=row.id, is_verified=row.is_verified) for row in rows}

    async def unproven(self, user_ids: Collection[UUID]) -> set[UUID]:
        rows = await self._rows(sa.select(users.c.id).where(_is_unverified), users.c.id, user_ids)
        return {row.id for row in rows}

    async def release_emails(self, user_ids: Collection[UUID], now: datetime) -> None:
        same = user_profiles.c.email_folded == _email
        shown = sa.exists().where(users.c.id == user_profiles.c.id, _is_unverified, same)
        await self._change(_FORGET_IN_PROFILE.where(shown).values(updated_at=now), user_profiles.c.id, user_ids)
        await self._change(_RELEASE.values(updated_at=now), users.c.id, user_ids)

    async def signed_in(self, user_ids: Collection[UUID]) -> set[UUID]:
        live = sa.select(user_sessions.c.user_id).where(user_sessions.c.revoked_at.is_(None)).distinct()
        return {row.user_id for row in await self._rows(live, user_sessions.c.user_id, user_ids)}

    async def end_sessions(self, user_ids: Collection[UUID], reason: str, now: datetime) -> None:
        revoke = sa.update(user_sessions).where(user_sessions.c.revoked_at.is_(None))
        await self._change(revoke.values(revoked_at=now, revoke_reason=reason), user_sessions.c.user_id, user_ids)
        for table in (sign_in_tickets, oauth_exchange_codes):
            await self._change(sa.delete(table), table.c.user_id, user_ids)

    async def revoke_email_tokens(self, user_ids: Collection[UUID], now: datetime) -> None:
        pending = sa.update(mail_tokens).where(mail_tokens.c.used_at.is_(None), mail_tokens.c.purpose.in_(REVOCABLE))
        await self._change(pending.values(used_at=now), mail_tokens.c.user_id, user_ids)

    async def remove_credentials(self, user_ids: Collection[UUID]) -> None:
        for table in (oauth_identities, calendar_tokens, second_factors, recovery_codes):
            await self._change(sa.delete(table), table.c.user_id, user_ids)

    async def record(self, events: Sequence[AuditEvent]) -> None:
        rows = [{name: getattr(event, name) for name in _FIELDS} for event in events]
        await self.connection.execute(sa.insert(audit_events), rows)

    async def _rows(self, select: sa.Select[Any], column: Any, values: Iterable[Any]) -> list[sa.Row[Any]]:
        """The rows in which the column has one of the values."""
        return [
            row
            for some in batched(values, _AT_ONCE)
            for row in await self.connection.execute(select.where(self._is_one_of(column, some)))
        ]

    async def _change(self, statement: Any, column: Any, values: Iterable[Any]) -> None:
        for some in batched(values, _AT_ONCE):
            await self.connection.execute(statement.where(self._is_one_of(column, some)))

    def _is_one_of(self, column: Any, values: Sequence[Any]) -> sa.ColumnElement[bool]:
        """On PostgreSQL an array, which is one parameter."""
        if self.connection.dialect.name == "postgresql":
            array: sa.ColumnElement[bool] = column == sa.any_(sa.literal(list(values), sa.ARRAY(column.type)))
            return array
        is_in: sa.ColumnElement[bool] = column.in_(values)
        return is_in
