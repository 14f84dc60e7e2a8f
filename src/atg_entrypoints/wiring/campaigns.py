"""Viewing campaigns: visits, scores and promo codes."""

import hmac

from dependency_injector import providers

from atg_adapters.sql.campaign_assets import SqlAssets
from atg_adapters.sql.campaign_reading import SqlCampaignReads
from atg_adapters.sql.campaigns import SqlCampaigns
from atg_adapters.sql.database import Database
from atg_core.campaigns.codes import ConfirmationTokens, new_code
from atg_core.campaigns.editing import EditAssets
from atg_core.campaigns.promo import CheckPromo, IssueCodes, RedeemPromo, SendPromoCode
from atg_core.campaigns.visiting import ConfirmEmail, ShowProgress, StartSession, SubmitEmail, ViewAsset
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.shared import Shared


def _confirmation_tokens(settings: Settings) -> ConfirmationTokens:
    return ConfirmationTokens(hmac.digest(settings.secret_key.encode(), b"atg:confirmations", "sha256"))


def _confirm_url(settings: Settings) -> str:
    return f"{settings.base_url}/user/email/confirm"


class Campaigns(Shared):
    campaigns = providers.Singleton(SqlCampaignReads, Shared.database)
    open_campaigns = providers.Singleton(Database.opening, Shared.database, SqlCampaigns, shared=True)
    open_assets = providers.Singleton(Database.opening, Shared.database, SqlAssets)
    edit_assets = providers.Singleton(EditAssets, open=open_assets)
    issue_codes = providers.Singleton(
        IssueCodes,
        jobs=Shared.jobs,
        clock=Shared.clock,
        new_id=Shared.new_id,
        new_code=providers.Object(new_code),
    )
    start_session = providers.Singleton(
        StartSession,
        open=open_campaigns,
        clock=Shared.clock,
        timezone=Shared.settings.provided.zone,
        new_id=Shared.new_id,
    )
    view_asset = providers.Singleton(
        ViewAsset,
        open=open_campaigns,
        issue=issue_codes,
        clock=Shared.clock,
        timezone=Shared.settings.provided.zone,
    )
    submit_email = providers.Singleton(
        SubmitEmail,
        open=open_campaigns,
        issue=issue_codes,
        clock=Shared.clock,
        timezone=Shared.settings.provided.zone,
        new_id=Shared.new_id,
    )
    confirmation_tokens = providers.Singleton(_confirmation_tokens, Shared.settings)
    confirm_email = providers.Singleton(
        ConfirmEmail, open=open_campaigns, tokens=confirmation_tokens, clock=Shared.clock
    )
    show_progress = providers.Singleton(
        ShowProgress, open=open_campaigns, clock=Shared.clock, timezone=Shared.settings.provided.zone
    )
    check_promo = providers.Singleton(
        CheckPromo,
        open=open_campaigns,
        issue=issue_codes,
        clock=Shared.clock,
        timezone=Shared.settings.provided.zone,
    )
    redeem_promo = providers.Singleton(RedeemPromo, open=open_campaigns, clock=Shared.clock)
    send_promo_code = providers.Singleton(
        SendPromoCode,
        open=open_campaigns,
        jobs=Shared.jobs,
        mail=Shared.mail,
        templates=Shared.templates,
        tokens=confirmation_tokens,
        confirm_url=providers.Singleton(_confirm_url, Shared.settings),
        clock=Shared.clock,
    )
