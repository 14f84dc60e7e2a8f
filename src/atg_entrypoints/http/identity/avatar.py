"""The caller's avatar."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation
from msgspec import Struct

from atg_core.identity.avatar import MAX_AVATAR_BYTES, ChangeAvatar
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_entrypoints.http.multipart_form import MultipartForm, form_schema
from atg_entrypoints.http.policy import SIGNED_IN


class AvatarReply(Struct, frozen=True, kw_only=True):
    success: bool = True
    key: str
    url: str


@post(
    "/users/me/avatar",
    status_code=200,
    policy=SIGNED_IN,
    tags=["identity"],
    summary="Change the caller's picture",
    form=form_schema(),
)
async def change_my_avatar(
    request: Request[Caller, AccessClaims, Any],
    change_avatar: NamedDependency[SkipValidation[ChangeAvatar]],
) -> AvatarReply:
    """A PNG, JPEG, GIF or WebP of at most 5 MB, judged by its bytes; the former one is deleted."""
    form, picture = MultipartForm(request), bytearray()
    await form.fields()
    async for chunk in form.file():
        picture += chunk
        if len(picture) > MAX_AVATAR_BYTES:
            break
    key, url = await change_avatar(request.user.id, bytes(picture))
    return AvatarReply(key=key, url=url)


HANDLERS: Sequence[BaseRouteHandler] = (change_my_avatar,)
