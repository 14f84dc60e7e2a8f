"""Campaigns: visitors without an account look at assets, collect points, and get a promo code."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET

from atg_core.campaigns.model import IDLE
from atg_core.campaigns.ports import Campaigns
from atg_core.campaigns.promo import CheckPromo, RedeemPromo
from atg_core.campaigns.visiting import ConfirmEmail, ShowProgress, StartSession, SubmitEmail, ViewAsset
from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_entrypoints.http.campaigns_wire import (
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
from atg_entrypoints.http.languages import language_of
from atg_entrypoints.http.policy import ADMIN_OR_SERVICE, PUBLIC
from atg_entrypoints.http.wire import NO_NUL, to_wire
from atg_entrypoints.settings import Settings

_TAGS = ["campaigns"]

SessionId = Annotated[
    str, QueryParameter(name="session_id", max_length=50, pattern=NO_NUL, schema_extra={"format": "uuid"})
]
UserId = Annotated[str, QueryParameter(name="user_id", max_length=50, pattern=NO_NUL, schema_extra={"format": "uuid"})]


@post("/session/start", policy=PUBLIC, tags=_TAGS, summary="Start a visit")
async def start_session(
    start_session: NamedDependency[SkipValidation[StartSession]], data: JSONBody[SessionStart | None] = None
) -> SessionStarted:
    session = await start_session((data or SessionStart()).campaign)
    return SessionStarted(session.id)


@post("/view", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Look at an asset", also={404})
async def view_asset(data: JSONBody[ViewBody], view_asset: NamedDependency[SkipValidation[ViewAsset]]) -> ViewReply:
    """The first view in a session awards the asset's points, a further one is counted."""
    session_id, slug = data.required()
    viewed = await view_asset(session_id, slug)
    return ViewReply(
        session_id=session_id,
        asset_slug=viewed.asset_slug,
        awarded_points=viewed.awarded_points,
        session_score=viewed.session.score,
        promo_code=viewed.promo_code.code if viewed.promo_code else UNSET,
    )


@post("/user/email", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Leave an email", also={404, 429})
async def submit_email(
    request: Request[None, None, Any],
    data: JSONBody[EmailBody],
    submit_email: NamedDependency[SkipValidation[SubmitEmail]],
) -> EmailReply:
    """The promo code goes there as soon as there is one. Mails are in the language of `Accept-Language`, ru or en."""
    session_id, email = data.required()
    language = language_of(request.headers.get("accept-language", ""))
    participant, total = await submit_email(session_id, email, language)
    return EmailReply(session_id=session_id, user_id=participant.id, email=participant.email, user_total_score=total)


@get(
    "/user/email/confirm", policy=PUBLIC, tags=_TAGS, summary="Confirm an email by the link in a mail", also={400, 404}
)
async def confirm_email(
    confirm_email: NamedDependency[SkipValidation[ConfirmEmail]],
    token: Annotated[str, QueryParameter(name="token", max_length=200, pattern=NO_NUL)] = "",
) -> Confirmed:
    return to_wire(await confirm_email(token), Confirmed)


@get("/progress", policy=PUBLIC, tags=_TAGS, summary="How far a session or a participant is", also={400, 404})
async def show_progress(
    show_progress: NamedDependency[SkipValidation[ShowProgress]], session_id: SessionId = "", user_id: UserId = ""
) -> ProgressReply:
    if session_id:
        return ProgressReply.of(await show_progress.of_session(uuid_of(session_id, "session_id")))
    if user_id:
        return ProgressReply.of(await show_progress.of_participant(uuid_of(user_id, "user_id")))
    raise Invalid("session_id or user_id is required", field="session_id")


@get("/promo", policy=PUBLIC, tags=_TAGS, summary="The promo code of a session or a participant", also={400, 404})
async def show_promo(
    check_promo: NamedDependency[SkipValidation[CheckPromo]],
    session_id: SessionId = "",
    user_id: UserId = "",
    email: Annotated[str, QueryParameter(name="email", max_length=254, pattern=NO_NUL)] = "",
) -> PromoReply:
    if session_id:
        return PromoReply.of(await check_promo.of_session(uuid_of(session_id, "session_id")))
    if user_id:
        return PromoReply.of(await check_promo.of_participant(uuid_of(user_id, "user_id")))
    if email:
        return PromoReply.of(await check_promo.of_email(email.strip().lower()))
    raise Invalid("session_id or user_id or email is required", field="session_id")


@get("/stats", policy=PUBLIC, tags=_TAGS, summary="Views, visitors and codes in numbers")
async def show_stats(
    campaigns: NamedDependency[SkipValidation[Campaigns]],
    clock: NamedDependency[SkipValidation[Clock]],
    settings: NamedDependency[SkipValidation[Settings]],
) -> CampaignStatsReply:
    today = clock().astimezone(settings.zone).date()
    return CampaignStatsReply.of(await campaigns.totals(today, today - IDLE))


@post(
    "/promo/redeem",
    status_code=200,
    policy=ADMIN_OR_SERVICE,
    tags=_TAGS,
    summary="Redeem a code, once",
    also={404, 409},
)
async def redeem_promo(
    data: JSONBody[Redemption], redeem_promo: NamedDependency[SkipValidation[RedeemPromo]]
) -> Redeemed:
    return Redeemed.of(await redeem_promo(data.code))


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
