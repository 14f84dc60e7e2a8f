"""The kind of assets of campaigns."""

from atg_core.campaigns.model import DEFAULT_CAMPAIGN
from atg_core.importing.cells import integer, json_object, slug
from atg_core.importing.declarations import CODE, column
from atg_core.importing.model import Kind

ASSETS = Kind(
    name="assets",
    table="campaign_assets",
    key=("slug",),
    columns=(
        column("slug", slug, required=True),
        column("name", required=True),
        column("type", CODE, default="model"),
        column("campaign", CODE, default=DEFAULT_CAMPAIGN),
        column("points", integer(0, 1_000_000), default=10),
        column("meta", json_object, default={}),
    ),
)
