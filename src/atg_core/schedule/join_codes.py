"""Codes that a class types to join a group (spec: schedule, Groups and lessons)."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from atg_core.client_address import network_of
from atg_core.clock import Clock
from atg_core.rate_limit import RateLimit, RateLimiter
from atg_core.schedule.invitations import Invitations
from atg_core.schedule.model import Group, Viewer
from atg_core.unit_of_work import UnitOfWork

JOIN_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
JOIN_CODE_LENGTH = 8
JOINS_OF_USER = RateLimit(name="join-user", max_hits=10, minutes=10)
JOINS_FROM_ADDRESS = RateLimit(name="join-address", max_hits=200, minutes=60)
"""Wider than by user: a whole class shares an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditJoinCodes:
    """The code of a group that students type to join it; a new one replaces the former. Raises GroupNotFound."""

    open: UnitOfWork[Invitations]
    new_join_code: Callable[[], str]
    clock: Clock

    async def renew(self, viewer: Viewer, group_id: int) -> str:
        async with self.open() as store:
            await store.group(group_id, viewer.owner)
            while not await store.set_join_code(group_id, code := self.new_join_code(), self.clock()):
                pass
            return code

    async def end(self, viewer: Viewer, group_id: int) -> None:
        async with self.open() as store:
            await store.group(group_id, viewer.owner)
            await store.set_join_code(group_id, None, self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinGroup:
    """Joins a group by its code. Raises TooMany, JoinCodeNotFound.

    A try is counted before the code is looked up, so that guesses at once are counted as well.
    """

    open: UnitOfWork[Invitations]
    sign_in_rate_limiter: RateLimiter

    async def __call__(self, user_id: UUID, ip_address: str | None, code: str) -> Group:
        (await self.sign_in_rate_limiter.hit(JOINS_FROM_ADDRESS, network_of(ip_address))).require()
        (await self.sign_in_rate_limiter.hit(JOINS_OF_USER, str(user_id))).require()
        async with self.open() as store:
            group = await store.group_with_code("".join(code.split()).replace("-", "").upper())
            await store.add_students(group.id, [user_id])
            return await store.group(group.id, None)
