"""Notices: everybody their own; links in mails for who has them."""

from tests.authorisation.callers import everyone, service, signed_in
from tests.authorisation.row import row

_LINK = {"code": "{linking_code}", "telegram_id": 777_001}
NOTICES = (
    row("GET /notices", signed_in(200)),
    row("GET /notices?unread=true", signed_in(200)),
    row("PUT /notices/read", signed_in(200), {"all": True}),
    row("GET /notices/settings", signed_in(200)),
    row("PUT /notices/settings", signed_in(200), {"kinds": [{"kind": "grade", "mail": False}], "weekly_report": True}),
    row("POST /notices/telegram/code", signed_in(201)),
    row("DELETE /notices/telegram", signed_in(204)),
    row("POST /notices/telegram/links", service(200), _LINK),
    row("POST /notices/telegram/links", service(404), {**_LINK, "code": "x"}),
    row("GET /notices/unsubscribe?token={unsubscribe_link}", everyone(200)),
    row("GET /notices/unsubscribe?token={confirm_email_link}", everyone(404)),
    row("POST /notices/unsubscribe?token={unsubscribe_link}", everyone(200)),
    row("POST /notices/unsubscribe?token={confirm_email_link}", everyone(404)),
    row("POST /notices/unsubscribe/all?token={unsubscribe_link}", everyone(200)),
    row("POST /notices/unsubscribe/all?token={confirm_email_link}", everyone(404)),
)
