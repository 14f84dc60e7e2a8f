"""Campaigns: visitor sessions, assets and promo codes."""

from dependency_injector import providers

from atg_adapters.sql.campaigns.assets import SqlAssets
from atg_adapters.sql.campaigns.queries import SqlCampaignQueries
from atg_adapters.sql.campaigns.visitor_sessions import SqlVisitorSessions
from atg_core.campaigns.assets import EditAssets
from atg_core.campaigns.email_confirmation import ConfirmationTokens, ConfirmEmail
from atg_core.campaigns.promo_codes import IssuePromoCode, RedeemPromoCode, SendPromoCode, ShowPromoCode, new_promo_code
from atg_core.campaigns.visitor_sessions import ShowProgress, StartSession, SubmitEmail, ViewAsset
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.shared import Shared, derived_key, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case


def _confirm_url(settings: Settings) -> str:
    return f"{settings.base_url}/user/email/confirm"


class Campaigns(Shared):
    campaign_queries = reading(SqlCampaignQueries)
    open_visitor_sessions = unit_of_work(SqlVisitorSessions, shared=True)
    open_assets = unit_of_work(SqlAssets)
    edit_assets = use_case(EditAssets, open=open_assets)
    issue_promo_code = use_case(IssuePromoCode, new_promo_code=providers.Object(new_promo_code))
    start_session = use_case(StartSession, open=open_visitor_sessions)
    view_asset = use_case(ViewAsset, open=open_visitor_sessions)
    submit_email = use_case(SubmitEmail, open=open_visitor_sessions)
    confirmation_tokens = providers.Singleton(ConfirmationTokens, derived_key("confirmations"))
    confirm_email = use_case(ConfirmEmail, open=open_visitor_sessions)
    show_progress = use_case(ShowProgress, open=open_visitor_sessions)
    show_promo_code = use_case(
        ShowPromoCode, open=open_visitor_sessions, promo_by_email=Shared.settings.provided.promo_by_email
    )
    redeem_promo_code = use_case(RedeemPromoCode, open=open_visitor_sessions)
    confirm_url = providers.Singleton(_confirm_url, Shared.settings)
    send_promo_code = use_case(SendPromoCode, open=open_visitor_sessions)
