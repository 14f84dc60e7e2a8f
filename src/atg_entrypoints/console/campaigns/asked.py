"""What pages of campaigns share: their dependencies and policies."""

from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.campaigns.ports import CampaignQueries
from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_entrypoints.console.staff import people_of
from atg_entrypoints.http.campaigns import administration, assets, reports, visitor_sessions
from atg_entrypoints.http.campaigns.wire import CampaignName
from atg_entrypoints.http.policy import Policy
from atg_entrypoints.http.wire import Paging
from atg_entrypoints.settings import Settings

Asked = Request[Caller, AccessClaims, Any]
Queries = NamedDependency[SkipValidation[CampaignQueries]]
Pages = NamedDependency[SkipValidation[Paging]]
KnowsTime = NamedDependency[SkipValidation[Clock]]
KnowsSettings = NamedDependency[SkipValidation[Settings]]
Short = Annotated[str, QueryParameter(max_length=20)]
Campaign = FromPath[CampaignName]
type Sent = dict[str, str | list[str]]

CAMPAIGNS = "/app/campaigns"

REPORTS: Policy = people_of(reports.list_campaigns)
RECORDS: Policy = people_of(administration.list_participants)
EDITS: Policy = people_of(assets.add_asset)
REDEEMS: Policy = people_of(visitor_sessions.redeem_promo)


def shown(campaign: str, tab: str, **values: Any) -> dict[str, Any]:
    """The values of a page of one campaign."""
    return {"campaign": campaign, "tab": tab, "done": None, **values}
