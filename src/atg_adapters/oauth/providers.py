"""VK ID and Yandex ID: endpoints, scopes and profile formats.

Neither documents that emails are verified. VK's is therefore never treated as verified, Yandex's only if it is a
Yandex mailbox.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

import httpx
from msgspec import Meta, Struct, convert

from atg_core.identity.oauth_providers import Claims

_YANDEX_MAIL = ("@yandex.ru", "@ya.ru", "@yandex.com", "@yandex.by", "@yandex.kz")

type Subject = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[!-~]+$")] | Annotated[int, Meta(ge=1)]
type Json = Mapping[str, object]


class Contradiction(Exception):
    """A response of the provider does not match this authorization request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The differences between providers.

    `ask`: makes the profile request from access token and client id; `read`: makes the claims from profile, token
    response and client id. Raises Contradiction and msgspec.ValidationError.
    """

    authorize_url: str
    token_url: str
    scope: str
    ask: Callable[[str, str], httpx.Request]
    read: Callable[[Json, Json, str], Claims]


class VkUser(Struct, frozen=True):
    user_id: Subject
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


class VkProfile(Struct, frozen=True):
    user: VkUser


class VkToken(Struct, frozen=True):
    user_id: Subject


def vk(base: str) -> Provider:
    """VK ID (id.vk.com/about/business/go/docs: API, methods), which speaks OAuth 2.1."""

    def ask(token: str, client_id: str) -> httpx.Request:
        form = {"access_token": token, "client_id": client_id}
        return httpx.Request("POST", f"{base}/oauth2/user_info", data=form)

    def read(profile: Json, granted: Json, _: str) -> Claims:
        user = convert(profile, VkProfile).user
        subject = str(user.user_id)
        if str(convert(granted, VkToken).user_id) != subject:
            raise Contradiction("the token is another user's")
        name = " ".join(part for part in (user.first_name, user.last_name) if part)
        return Claims(subject=subject, email=user.email or None, email_verified=False, name=name or None)

    return Provider(
        authorize_url=f"{base}/authorize",
        token_url=f"{base}/oauth2/auth",
        scope="vkid.personal_info email",
        ask=ask,
        read=read,
    )


class YandexProfile(Struct, frozen=True):
    """`client_id`: the application that the token was issued to."""

    id: Subject
    client_id: str
    default_email: str | None = None
    real_name: str | None = None
    display_name: str | None = None


def yandex(oauth: str, login: str) -> Provider:
    """Yandex ID (yandex.ru/dev/id/doc: codes/code-url, user-information)."""

    def ask(token: str, _: str) -> httpx.Request:
        return httpx.Request("GET", f"{login}/info?format=json", headers={"Authorization": f"OAuth {token}"})

    def read(profile: Json, _: Json, client_id: str) -> Claims:
        user = convert(profile, YandexProfile)
        if user.client_id != client_id:
            raise Contradiction("the token is for another application")
        email = user.default_email or None
        return Claims(
            subject=str(user.id),
            email=email,
            email_verified=email is not None and email.lower().endswith(_YANDEX_MAIL),
            name=user.real_name or user.display_name or None,
        )

    return Provider(
        authorize_url=f"{oauth}/authorize",
        token_url=f"{oauth}/token",
        scope="login:email login:info",
        ask=ask,
        read=read,
    )
