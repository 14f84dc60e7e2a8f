"""Avatars of users."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.ports import CallerCache, IdentityStore
from atg_core.ids import NewId
from atg_core.unit_of_work import UnitOfWork

MAX_AVATAR_BYTES = 5 * 1024 * 1024
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_START_BYTES = 4096


class NoPicture(Invalid):
    """The file is no PNG, JPEG, GIF or WebP picture"""


class PictureTooLarge(Invalid):
    """The picture is larger than 5 MB"""


class AvatarStore(Protocol):
    """The methods of the object store of `files` that avatars need."""

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, max_bytes: int) -> Any: ...

    async def delete(self, key: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAvatar:
    """Replaces the avatar. Raises NoPicture, judged by content, and PictureTooLarge.

    `url_of`: the URL of a key.
    """

    open: UnitOfWork[IdentityStore]
    caller_cache: CallerCache
    object_store: AvatarStore
    detect_media_type: Callable[[bytes], str | None]
    url_of: Callable[[str], str]
    clock: Clock
    new_id: NewId

    async def __call__(self, user_id: UUID, picture: bytes) -> tuple[str, str]:
        """Its key and its URL."""
        if len(picture) > MAX_AVATAR_BYTES:
            raise PictureTooLarge(field="file")
        media_type = self.detect_media_type(picture[:_START_BYTES]) or ""
        if media_type not in _SUFFIXES:
            raise NoPicture(field="file")
        key = f"avatars/{user_id}/{self.new_id()}.{_SUFFIXES[media_type]}"
        await self.object_store.put(key, _once(picture), content_type=media_type, max_bytes=len(picture))
        await self._delete(user_id, await self._name(user_id, self.url_of(key)))
        return key, self.url_of(key)

    async def remove(self, user_id: UUID) -> None:
        """Leaves the profile without a picture."""
        await self._delete(user_id, await self._name(user_id, None))

    async def _delete(self, user_id: UUID, former: str | None) -> None:
        if former and former.startswith(self.url_of(f"avatars/{user_id}/")):
            await self.object_store.delete(f"avatars/{user_id}/{former.rsplit('/', 1)[-1]}")

    async def _name(self, user_id: UUID, url: str | None) -> str | None:
        """Stores the URL in the profile and returns the former one."""
        async with self.open() as store:
            await store.lock_user(user_id)  # of pictures at once each deletes the one before it
            profile = await store.profile(user_id)
            await store.save_profile(replace(profile, avatar_url=url, updated_at=self.clock()))
        await self.caller_cache.drop(user_id)
        return profile.avatar_url


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
