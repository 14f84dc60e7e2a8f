"""Identity over HTTP: sign-in, sessions, profiles, users and the audit log."""

from litestar import Router

from atg_core.identity.avatar import MAX_AVATAR_BYTES
from atg_entrypoints.http.handlers import MAX_BODY_BYTES, Handlers
from atg_entrypoints.http.identity import (
    account_emails,
    audit,
    avatar,
    enter,
    oauth,
    profile,
    second_factor,
    sessions,
    sign_in,
    user_administration,
)
from atg_entrypoints.settings import Settings

HASHING_PATHS = frozenset(
    path
    for handler in (
        sign_in.log_in,
        enter.enter_by_email,
        account_emails.reset_my_password,
        account_emails.take_reset_form,
    )
    for path in handler.paths
)
"""Anybody may have a password hashed by a `POST` to these."""


def handlers(_: Settings) -> Handlers:
    pictures = Router("/", route_handlers=avatar.HANDLERS, request_max_body_size=MAX_AVATAR_BYTES + MAX_BODY_BYTES)
    administrators = (*user_administration.HANDLERS, *audit.HANDLERS)
    own = (*sign_in.HANDLERS, *second_factor.HANDLERS, *sessions.HANDLERS, *profile.HANDLERS)
    ways_in = (*enter.HANDLERS, *oauth.HANDLERS)
    return [*own, *ways_in, *account_emails.HANDLERS, *administrators, pictures]
