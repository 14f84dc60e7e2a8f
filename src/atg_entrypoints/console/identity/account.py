"""The account: who one is, a picture, and the language."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.errors import Invalid
from atg_core.identity.avatar import MAX_AVATAR_BYTES, ChangeAvatar, PictureTooLarge
from atg_core.identity.model import Profile
from atg_core.identity.ports import Callers
from atg_core.identity.profile import ChangeProfile
from atg_core.text import canonical_email
from atg_core.time_zones import zone_names
from atg_core.words import Language, phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, text_of
from atg_entrypoints.console.identity.asked import ACCOUNT, Asked
from atg_entrypoints.console.pages import kept_cookie, led_to, page
from atg_entrypoints.http.handlers import MAX_BODY_BYTES
from atg_entrypoints.http.identity.wire import ProfileChanges
from atg_entrypoints.http.multipart_form import MultipartForm
from atg_entrypoints.http.policy import SIGNED_IN

_PAGE = "identity/account"
_TEXTS = ("full_name", "position", "company", "phone", "email", "bio")
_ZONE = "time_zone"
_CHOICES = ("email_notifications", "push_notifications", "weekly_report")
_DONE = {"saved": phrase("Saved"), "photo": phrase("The photo is changed"), "removed": phrase("The photo is removed")}
DoneQuery = Annotated[str, QueryParameter(max_length=20)]


@get("/account", policy=SIGNED_IN)
async def show_account(
    request: Asked, callers: NamedDependency[SkipValidation[Callers]], done: DoneQuery = ""
) -> Response[str]:
    profile = (await callers.account(request.user.id)).profile
    return page(request, _PAGE, {**_values(request, profile), **CLEAN, "done": _DONE.get(done)})


@post("/account", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def change_account(
    request: Asked,
    data: Form,
    change_profile: NamedDependency[SkipValidation[ChangeProfile]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> Response[Any]:
    given: dict[str, Any] = {name: line_of(data, name) for name in _TEXTS}
    given["email"] = canonical_email(given["email"]) if given["email"] else None
    given |= {"language": text_of(data, "language"), _ZONE: line_of(data, _ZONE)}
    given |= {name: text_of(data, name) == "on" for name in _CHOICES}
    try:
        profile = await change_profile(request.user.id, checked(ProfileChanges, given).present_fields())
    except Invalid as error:
        profile = (await callers.account(request.user.id)).profile
        return form_again(request, _PAGE, {**_values(request, profile), "given": given, "done": None}, error)
    chosen = Language.of(profile.language)
    return led_to(f"{ACCOUNT}?done=saved", [kept_cookie(request, "language", chosen.value)] if chosen else [])


@get("/account/photo", policy=SIGNED_IN)
async def show_photo() -> Response[Any]:
    return led_to(ACCOUNT)


@post(
    "/account/photo",
    policy=SIGNED_IN,
    status_code=HTTPStatus.OK,
    request_max_body_size=MAX_AVATAR_BYTES + MAX_BODY_BYTES,
)
async def change_photo(
    request: Asked,
    change_avatar: NamedDependency[SkipValidation[ChangeAvatar]],
    callers: NamedDependency[SkipValidation[Callers]],
) -> Response[Any]:
    try:
        await change_avatar(request.user.id, await _picture(request))
    except Refusals as error:
        profile = (await callers.account(request.user.id)).profile
        return form_again(request, _PAGE, {**_values(request, profile), "done": None, "back": ACCOUNT}, error)
    return led_to(f"{ACCOUNT}?done=photo")


async def _picture(request: Asked) -> bytes:
    """Raises PictureTooLarge, and Invalid for what is no form."""
    form, picture = MultipartForm(request), bytearray()
    try:
        await form.fields()
        async for chunk in form.file():
            picture += chunk
    except ClientException as error:
        if error.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        raise PictureTooLarge(field="file") from None
    return bytes(picture)


@post("/account/photo/remove", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def remove_photo(request: Asked, change_avatar: NamedDependency[SkipValidation[ChangeAvatar]]) -> Response[Any]:
    await change_avatar.remove(request.user.id)
    return led_to(f"{ACCOUNT}?done=removed")


def _values(request: Asked, profile: Profile) -> dict[str, Any]:
    """`given`: what the form shows; `photo`: its address below the console, where the browser is known."""
    language = Language.of(profile.language) or Language.RU
    given = {name: getattr(profile, name) for name in (*_TEXTS, _ZONE, *_CHOICES)} | {"language": language.value}
    here = request.app.state["container"].settings().base_url
    photo = profile.avatar_url if profile.avatar_url and profile.avatar_url.startswith(f"{here}/") else None
    return {
        "given": given,
        "photo": f"/app/api{photo.removeprefix(here)}" if photo else None,
        "zones": zone_names(),
        "is_incomplete": profile.requires_registration,
    }


HANDLERS: Sequence[BaseRouteHandler] = (show_account, change_account, show_photo, change_photo, remove_photo)
