"""Campaigns: visitors have no account, and know their session's id; the rest is administration."""

from tests.authorisation.callers import everyone, marketing
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
        row(f"POST {at}/promo/redeem", marketing(200, service=200), {"code": "{reward}"}),
        row(f"GET {at}/campaigns/{{campaign}}/assets", everyone(200)),
        row(f"POST {at}/campaigns/{{campaign}}/assets", marketing(201), {"slug": "new", "name": "x"}),
        row(f"GET {at}/campaigns/{{campaign}}/assets/{{asset}}", marketing(200)),
        row(f"PUT {at}/campaigns/{{campaign}}/assets/{{asset}}", marketing(200), {"name": "y"}),
        row(f"DELETE {at}/campaigns/{{campaign}}/assets/{{unseen_asset}}", marketing(204)),
    )


_RECORDS = ("participants", "sessions", "progress", "events", "promo-codes")


CAMPAIGNS = (
    *_visiting(""),
    *_visiting("/api"),
    *(
        row(f"GET /admin/campaigns/{record}{end}", marketing(200))
        for record in _RECORDS
        for end in ("", ".csv", ".xlsx")
    ),
    row("GET /admin/campaigns", marketing(200)),
    row("GET /admin/campaigns.csv", marketing(200)),
    row("GET /admin/campaigns.xlsx", marketing(200)),
    row("GET /admin/campaigns/{campaign}/days", marketing(200)),
    *(row(f"GET /admin/campaigns/{{campaign}}/days{end}", marketing(200)) for end in (".csv", ".xlsx")),
)
