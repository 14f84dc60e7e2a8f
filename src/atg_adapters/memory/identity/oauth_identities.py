"""Linked OAuth identities in memory."""

from dataclasses import asdict
from uuid import UUID

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase
from atg_core.identity.oauth_providers import IdentityTaken, OAuthIdentity


class MemoryOAuthIdentities:
    """`OAuthIdentities` within a transaction."""

    database: MemoryDatabase

    async def find_identity(self, provider: str, subject: str) -> UUID | None:
        row = next(self.database.rows("oauth_identities", provider=provider, subject=subject), None)
        return row["user_id"] if row else None

    async def add_identity(self, identity: OAuthIdentity) -> None:
        try:
            self.database.insert("oauth_identities", asdict(identity))
        except DuplicateKey as error:
            raise IdentityTaken from error

    async def delete_identities(self, user_id: UUID) -> None:
        self.database.delete("oauth_identities", user_id=user_id)
