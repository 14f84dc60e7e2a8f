"""The picture of a user."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.ports import CallerCache, IdentityStore
from atg_core.ids import NewId
from atg_core.opening import Open

MOST_AVATAR_BYTES = 5 * 1024 * 1024
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_START_BYTES = 4096


class NoPicture(Invalid):
    """The file is no PNG, JPEG, GIF or WebP picture"""


class PictureTooLarge(Invalid):
    """The picture is larger than 5 MB"""


class Pictures(Protocol):
    """Where pictures are kept: the verbs of the object store of `files` that are needed here."""

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, most_bytes: int) -> Any: ...

    async def delete(self, key: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAvatar:
    """Puts a new picture in place of the old one. Raises NoPicture, judged by the bytes, and PictureTooLarge.

    `url_of`: where a key is read.
    """

    open: Open[IdentityStore]
    cache: CallerCache
    pictures: Pictures
    recognise: Callable[[bytes], str | None]
    url_of: Callable[[str], str]
    clock: Clock
    new_id: NewId

    async def __call__(self, user_id: UUID, picture: bytes) -> tuple[str, str]:
        """Its key and its URL."""
        if len(picture) > MOST_AVATAR_BYTES:
            raise PictureTooLarge(field="file")
        media_type = self.recognise(picture[:_START_BYTES]) or ""
        if media_type not in _SUFFIXES:
            raise NoPicture(field="file")
        key = f"avatars/{user_id}/{self.new_id()}.{_SUFFIXES[media_type]}"
        await self.pictures.put(key, _once(picture), content_type=media_type, most_bytes=len(picture))
        former = await self._name(user_id, self.url_of(key))
        if former and former.startswith(self.url_of(f"avatars/{user_id}/")):
            await self.pictures.delete(f"avatars/{user_id}/{former.rsplit('/', 1)[-1]}")
        return key, self.url_of(key)

    async def _name(self, user_id: UUID, url: str) -> str | None:
        """Writes the picture into the profile; the one that was there."""
        async with self.open() as store:
            profile = await store.profile(user_id)
            await store.save_profile(replace(profile, avatar_url=url, updated_at=self.clock()))
        await self.cache.drop(user_id)
        return profile.avatar_url


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
