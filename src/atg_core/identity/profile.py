"""Profiles of users."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.model import Profile
from atg_core.identity.ports import CallerCache, IdentityStore
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProfile:
    """Partial update of a profile; the full name is changed in the user as well.

    Raises UserNotFound, UnknownStation.
    """

    open: UnitOfWork[IdentityStore]
    caller_cache: CallerCache
    clock: Clock

    async def __call__(self, user_id: UUID, changes: dict[str, Any]) -> Profile:
        now = self.clock()
        async with self.open() as store:
            profile = replace(await store.profile(user_id), **changes, updated_at=now)
            await store.save_profile(profile)
            if "full_name" in changes:
                await store.rename(user_id, profile.full_name, now)
        await self.caller_cache.drop(user_id)
        return profile
