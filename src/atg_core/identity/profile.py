"""Profiles of users."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.model import Profile
from atg_core.identity.ports import CallerCache, FollowMembership, IdentityStore
from atg_core.time_zones import require_zone
from atg_core.unit_of_work import UnitOfWork

MEMBERSHIP = frozenset({"department", "station_id", "position"})
"""Fields of a profile that say where somebody works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProfile:
    """Partial update of a profile; the full name is changed in the user as well.

    Raises UserNotFound, UnknownStation, and Invalid for a time zone that there is not.
    """

    open: UnitOfWork[IdentityStore]
    follow_membership: FollowMembership
    caller_cache: CallerCache
    clock: Clock

    async def __call__(self, user_id: UUID, changes: dict[str, Any]) -> Profile:
        if zone := changes.get("time_zone"):
            require_zone(zone, "time_zone")
        now = self.clock()
        async with self.open() as store:
            profile = replace(await store.profile(user_id), **changes, updated_at=now)
            await store.save_profile(profile)
            if "full_name" in changes:
                await store.rename(user_id, profile.full_name, now)
            if changes.keys() & MEMBERSHIP:
                await self.follow_membership([user_id])
        await self.caller_cache.drop(user_id)
        return profile
