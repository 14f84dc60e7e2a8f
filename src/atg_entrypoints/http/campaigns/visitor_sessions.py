"""Visitor sessions: views of assets, points, email, progress and promo codes, without an account."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET

from atg_core.campaigns.email_confirmation import ConfirmEmail
from atg_core.campaigns.model import IDLE_TIMEOUT
from atg_core.campaigns.ports import CampaignQueries
from atg_core.campaigns.promo_codes import RedeemPromoCode, ShowPromoCode
from atg_core.campaigns.visitor_sessions import ShowProgress, StartSession, SubmitEmail, ViewAsset
from atg_core.client_address import network_of
from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.model import Caller
from atg_core.identity.staff import MARKETING_STAFF
from atg_core.text import canonical_email
from atg_entrypoints.http.campaigns.sent_along import sent_along
from atg_entrypoints.http.campaigns.wire import (
    Campaign,
    CampaignStatsReply,
    Confirmed,
    EmailBody,
    EmailReply,
    ProgressReply,
    PromoReply,
    Redeemed,
    Redemption,
    SessionStart,
    SessionStarted,
    ViewBody,
    ViewReply,
    uuid_of,
)
from atg_entrypoints.http.locale import language_of
from atg_entrypoints.http.outer_middleware import SERVICE_KEY
from atg_entrypoints.http.policy import MARKETING_OR_SERVICE, PUBLIC, VISITOR
from atg_entrypoints.http.wire import NO_NUL, to_wire
from atg_entrypoints.settings import Settings

_TAGS = ["campaigns"]

SessionId = Annotated[
    str, QueryParameter(name="session_id", max_length=50, pattern=NO_NUL, schema_extra={"format": "uuid"})
]
UserId = Annotated[str, QueryParameter(name="user_id", max_length=50, pattern=NO_NUL, schema_extra={"format": "uuid"})]


@post("/session/start", policy=PUBLIC, tags=_TAGS, summary="Start a visitor session")
async def start_session(
    request: Request[None, None, Any],
    start_session: NamedDependency[SkipValidation[StartSession]],
    data: JSONBody[SessionStart | None] = None,
) -> SessionStarted:
    """`metadata` is kept with the session, all other members with the event, up to 4 KiB each."""
    session = await start_session((data or SessionStart()).campaign, await sent_along(request, "campaign"))
    return SessionStarted(session.id)


@post("/view", status_code=200, policy=PUBLIC, tags=_TAGS, summary="View an asset", also={404})
async def view_asset(
    request: Request[None, None, Any],
    data: JSONBody[ViewBody],
    view_asset: NamedDependency[SkipValidation[ViewAsset]],
) -> ViewReply:
    """The first view in a session awards the asset's points; further ones are counted.

    Other members are kept with the event, up to 4 KiB.
    """
    session_id, slug = data.required()
    viewed = await view_asset(session_id, slug, await sent_along(request, "session_id", "asset_slug"))
    return ViewReply(
        session_id=session_id,
        asset_slug=viewed.asset_slug,
        awarded_points=viewed.awarded_points,
        session_score=viewed.session.score,
        promo_code=viewed.promo_code.code if viewed.promo_code else UNSET,
    )


@post("/user/email", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Submit an email", also={404, 429})
async def submit_email(
    request: Request[None, None, Any],
    data: JSONBody[EmailBody],
    submit_email: NamedDependency[SkipValidation[SubmitEmail]],
) -> EmailReply:
    """The promo code is mailed there once it is issued. The language follows `Accept-Language`, ru or en.

    `metadata` is kept with the participant, all other members with the event, up to 4 KiB each.
    """
    session_id, email = data.required()
    language = language_of(request.headers.get("accept-language", ""))
    sent = await sent_along(request, "session_id", "email")
    participant, total = await submit_email(session_id, email, language, sent)
    return EmailReply(session_id=session_id, user_id=participant.id, email=participant.email, user_total_score=total)


@get(
    "/user/email/confirm", policy=PUBLIC, tags=_TAGS, summary="Confirm an email by the link in a mail", also={400, 404}
)
async def confirm_email(
    confirm_email: NamedDependency[SkipValidation[ConfirmEmail]],
    token: Annotated[str, QueryParameter(name="token", max_length=200, pattern=NO_NUL)] = "",
) -> Confirmed:
    return to_wire(await confirm_email(token), Confirmed)


@get("/progress", policy=PUBLIC, tags=_TAGS, summary="The progress of a session or a participant", also={400, 404})
async def show_progress(
    show_progress: NamedDependency[SkipValidation[ShowProgress]], session_id: SessionId = "", user_id: UserId = ""
) -> ProgressReply:
    if session_id:
        return ProgressReply.of(await show_progress.of_session(uuid_of(session_id, "session_id")))
    if user_id:
        return ProgressReply.of(await show_progress.of_participant(uuid_of(user_id, "user_id")))
    raise Invalid("session_id or user_id is required", field="session_id", code="required")


@get(
    "/promo",
    policy=VISITOR,
    tags=_TAGS,
    summary="The promo code of a session or a participant",
    also={400, 403, 404, 429},
)
async def show_promo(
    request: Request[Any, Any, Any],
    show_promo_code: NamedDependency[SkipValidation[ShowPromoCode]],
    session_id: SessionId = "",
    user_id: UserId = "",
    email: Annotated[str, QueryParameter(name="email", max_length=254, pattern=NO_NUL)] = "",
) -> PromoReply:
    if session_id:
        return PromoReply.of(await show_promo_code.of_session(uuid_of(session_id, "session_id")))
    if user_id:
        return PromoReply.of(await show_promo_code.of_participant(uuid_of(user_id, "user_id")))
    if email:
        if not _is_staff(request):
            await show_promo_code.require_question(network_of(request.client.host) if request.client else "")
        return PromoReply.of(await show_promo_code.of_email(canonical_email(email)))
    raise Invalid("session_id or user_id or email is required", field="session_id", code="required")


def _is_staff(request: Request[Any, Any, Any]) -> bool:
    caller: Caller | None = request.scope.get("user")
    is_staff = caller is not None and caller.role in MARKETING_STAFF
    return is_staff or bool(request.scope["state"].get(SERVICE_KEY))


@get("/stats", policy=PUBLIC, tags=_TAGS, summary="Statistics of views, sessions and codes", also={400})
async def show_stats(
    campaign_queries: NamedDependency[SkipValidation[CampaignQueries]],
    clock: NamedDependency[SkipValidation[Clock]],
    settings: NamedDependency[SkipValidation[Settings]],
    campaign: Campaign = None,
) -> CampaignStatsReply:
    """Of one campaign, or of all."""
    today = clock().astimezone(settings.zone).date()
    return CampaignStatsReply.of(await campaign_queries.totals(today, today - IDLE_TIMEOUT, campaign))


@post(
    "/promo/redeem",
    status_code=200,
    policy=MARKETING_OR_SERVICE,
    tags=_TAGS,
    summary="Redeem a code, once",
    also={404, 409},
)
async def redeem_promo(
    data: JSONBody[Redemption], redeem_promo_code: NamedDependency[SkipValidation[RedeemPromoCode]]
) -> Redeemed:
    return Redeemed.of(await redeem_promo_code(data.code))


HANDLERS: Sequence[BaseRouteHandler] = (
    start_session,
    view_asset,
    submit_email,
    confirm_email,
    show_progress,
    show_promo,
    show_stats,
    redeem_promo,
)
"""They answer at the root and under `/api`."""
