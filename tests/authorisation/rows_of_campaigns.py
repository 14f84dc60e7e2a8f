"""Campaigns: visitors have no account, and know their session's id; the rest is administration."""

from tests.authorisation.callers import admin, everyone, staff
from tests.authorisation.row import Row, row

NO_SESSION = "00000000-0000-4000-8000-000000000000"


def _visiting(at: str) -> tuple[Row, ...]:
    """The routes are at the root and under `/api`."""
    return (
        row(f"POST {at}/session/start", everyone(201), {"campaign": "small"}),
        row(f"POST {at}/view", everyone(200), {"session_id": "{fresh_visit}", "asset_slug": "only"}),
        row(f"POST {at}/view", everyone(404), {"session_id": NO_SESSION, "asset_slug": "only"}),
        row(f"POST {at}/user/email", everyone(200), {"session_id": "{fresh_visit}", "email": "b@example.com"}),
        row(f"POST {at}/user/email", everyone(404), {"session_id": NO_SESSION, "email": "b@example.com"}),
        row(f"GET {at}/user/email/confirm?token={{participant_token}}", everyone(200)),
        row(f"GET {at}/user/email/confirm?token=wrong", everyone(400)),
        row(f"GET {at}/progress?session_id={{visit}}", everyone(200)),
        row(f"GET {at}/progress?session_id={NO_SESSION}", everyone(404)),
        row(f"GET {at}/promo?session_id={{visit}}", everyone(200)),
        row(f"GET {at}/promo?session_id={{fresh_visit}}", everyone(404)),
        row(f"GET {at}/stats", everyone(200)),
        row(f"POST {at}/promo/redeem", staff(200), {"code": "{reward}"}),
    )


CAMPAIGNS = (
    *_visiting(""),
    *_visiting("/api"),
    row("GET /campaigns/{campaign}/assets", admin(200)),
    row("POST /campaigns/{campaign}/assets", admin(201), {"slug": "new", "name": "x"}),
    row("GET /campaigns/{campaign}/assets/{asset}", admin(200)),
    row("PUT /campaigns/{campaign}/assets/{asset}", admin(200), {"name": "y"}),
    row("DELETE /campaigns/{campaign}/assets/{unseen_asset}", admin(204)),
    row("GET /admin/campaigns/participants", admin(200)),
    row("GET /admin/campaigns/sessions", admin(200)),
    row("GET /admin/campaigns/progress", admin(200)),
    row("GET /admin/campaigns/events", admin(200)),
    row("GET /admin/campaigns/promo-codes", admin(200)),
)
