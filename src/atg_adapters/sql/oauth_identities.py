"""Who is known by which account elsewhere, on SQL."""

from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.tables.identity import oauth_identities
from atg_core.identity.providers import IdentityTaken, OAuthIdentity

_identity = oauth_identities.c
_FIND = sa.select(_identity.user_id).where(
    _identity.provider == sa.bindparam("provider"), _identity.subject == sa.bindparam("subject")
)
_ADD = insert(oauth_identities).on_conflict_do_nothing().returning(_identity.user_id)
_FORGET = sa.delete(oauth_identities).where(_identity.user_id == sa.bindparam("user"))


class SqlOAuthIdentities:
    """`OAuthIdentities` within the transaction of `connection`."""

    connection: AsyncConnection

    async def find_identity(self, provider: str, subject: str) -> UUID | None:
        found = await self.connection.execute(_FIND, {"provider": provider, "subject": subject})
        return found.scalar_one_or_none()

    async def add_identity(self, identity: OAuthIdentity) -> None:
        added = await self.connection.execute(_ADD, asdict(identity))
        if added.first() is None:
            raise IdentityTaken

    async def forget_identities(self, user_id: UUID) -> None:
        await self.connection.execute(_FORGET, {"user": user_id})
