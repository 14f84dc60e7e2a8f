"""The caller's picture."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, SkipValidation
from msgspec import Struct

from atg_core.identity.avatar import MOST_AVATAR_BYTES, ChangeAvatar
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_entrypoints.http.policy import SIGNED_IN


class AvatarForm(Struct, frozen=True, kw_only=True):
    file: UploadFile


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
)
async def change_my_avatar(
    request: Request[Caller, AccessClaims, Any],
    data: Annotated[AvatarForm, Body(media_type=RequestEncodingType.MULTI_PART)],
    change_avatar: NamedDependency[SkipValidation[ChangeAvatar]],
) -> AvatarReply:
    """A PNG, JPEG, GIF or WebP of at most 5 MB, judged by its bytes; the former one is deleted."""
    key, url = await change_avatar(request.user.id, await data.file.read(MOST_AVATAR_BYTES + 1))
    return AvatarReply(key=key, url=url)


HANDLERS: Sequence[BaseRouteHandler] = (change_my_avatar,)
