"""Linked OAuth identities on SQL."""

from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.identity import oauth_identities
from atg_core.identity.oauth_providers import IdentityTaken, OAuthIdentity

_identity = oauth_identities.c
_FIND = sa.select(_identity.user_id).where(
    _identity.provider == sa.bindparam("provider"), _identity.subject == sa.bindparam("subject")
)
_ADD = insert(oauth_identities).on_conflict_do_nothing().returning(_identity.user_id)
_FORGET = sa.delete(oauth_identities).where(_identity.user_id == sa.bindparam("user"))


class SqlOAuthIdentities:
    """`OAuthIdentities` within the transaction of `connection`."""

    connection: Connection

    async def find_identity(self, provider: str, subject: str) -> UUID | None:
        user_id: UUID | None = await self.connection.scalar(_FIND, {"provider": provider, "subject": subject})
        return user_id

    async def add_identity(self, identity: OAuthIdentity) -> None:
        added = await self.connection.execute(_ADD, asdict(identity))
        if added.first() is None:
            raise IdentityTaken

    async def delete_identities(self, user_id: UUID) -> None:
        await self.connection.execute(_FORGET, {"user": user_id})
