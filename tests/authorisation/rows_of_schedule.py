"""The schedule and live lessons: teachers their own, groups read-only, administrators all."""

from tests.authorisation.callers import admin, everyone, group, signed_in, taught, teachers
from tests.authorisation.row import row
from tests.authorisation.teaching_data import RULE, SLOT

NEXT_YEAR = {"start": "2027-09-01", "end": "2027-12-31", "since": "2026-01-01"}
FREE_DAYS = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:x\r\nDTSTART;VALUE=DATE:20270309\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
_OF_GROUP = {"group_id": "{group}", "title": "x"}
GROUPS = (
    row("GET /groups", signed_in(200)),
    row("GET /groups?q=a", signed_in(200)),
    row("GET /students", teachers(200)),
    row("GET /students?q=a&not_in={group}", teachers(200)),
    row("POST /groups", teachers(201), {"name": "new"}),
    row("GET /groups/{group}", group(200)),
    row("PUT /groups/{group}", taught(200), {"name": "y"}),
    row("DELETE /groups/{new_group}", taught(204)),
    row("POST /groups/{group}/students", taught(200), {"student_ids": ["{classmate}"]}),
    row("POST /groups/{group}/students", taught(200, admin=400), {"emails": ["nobody@example.com"]}),
    row("DELETE /groups/{group}/students/{classmate}", taught(204)),
    row("GET /groups/{new_group}/invitations", taught(200)),
    row("DELETE /groups/{new_group}/invitations/{invitation}", taught(204)),
    row("GET /invitations/mine", signed_in(200)),
    row("POST /invitations/{invitation}/accept", signed_in(404, outsider=200)),
    row("POST /invitations/{invitation}/decline", signed_in(404, outsider=204)),
    row("POST /invitations/{invitation}/accept", everyone(200), {"token": "{invitation_link}"}),
    row("POST /invitations/{invitation}/decline", everyone(204), {"token": "{invitation_link}"}),
    row("POST /invitations/{invitation}/accept", everyone(404), {"token": "{confirm_email_link}"}),
    row("GET /invitations/answer?token={invitation_link}", everyone(200)),
    row("GET /invitations/answer?token={confirm_email_link}", everyone(404)),
    row("POST /invitations/answer", everyone(200), form={"token": "{invitation_link}"}),
    row("POST /invitations/answer", everyone(404), form={"token": "{confirm_email_link}"}),
    row("POST /groups/{new_group}/join-code", taught(201)),
    row("DELETE /groups/{new_group}/join-code", taught(204)),
    row("POST /groups/join", signed_in(200), {"code": "{join_code}"}),
    row("POST /groups/join", signed_in(404), {"code": "WRONG234"}),
)
LESSONS = (
    row("GET /schedule/lessons", signed_in(200)),
    row("POST /schedule/lessons", taught(201), {**_OF_GROUP, **SLOT}),
    row("GET /schedule/lessons/{planned}", group(200)),
    row("PUT /schedule/lessons/{planned}", taught(200), {"title": "y"}),
    row("DELETE /schedule/lessons/{unheld}", taught(204)),
    row("GET /schedule/recurring-lessons", signed_in(200)),
    row("POST /schedule/recurring-lessons", taught(201), {**_OF_GROUP, **RULE}),
    row("GET /schedule/recurring-lessons/{rule}", group(200)),
    row("PUT /schedule/recurring-lessons/{rule}", taught(200), {"title": "y"}),
    row("DELETE /schedule/recurring-lessons/{rule}", taught(204)),
    row("POST /schedule/term-copies/preview", taught(200), {**NEXT_YEAR, "group_id": "{group}"}),
    row("POST /schedule/term-copies", taught(201), {**NEXT_YEAR, "group_id": "{group}", "allow_overlap": True}),
    row("POST /schedule/recurring-lessons/{rule}/exceptions", taught(201), {"date": "{today}", "action": "cancel"}),
    row("DELETE /schedule/recurring-lessons/{rule}/exceptions/{next_week}", taught(204)),
    row("GET /schedule/calendar?start=2026-11-23&end=2026-11-30", signed_in(200)),
    row("POST /schedule/calendar/token", signed_in(201)),
    row("GET /schedule/free-days", signed_in(200)),
    row("POST /schedule/free-days", teachers(201), {"name": "x", "start": "2027-01-01"}),
    row("POST /schedule/free-days/file", teachers(200), form={"file": FREE_DAYS}),
    row("PUT /schedule/free-days/{free_days}", taught(200), {"name": "y"}),
    row("DELETE /schedule/free-days/{free_days}", taught(204)),
    row("GET /schedule/calendar.ics?token={feed}", everyone(200)),
    row("GET /schedule/calendar.ics?token=wrong", everyone(404)),
)
SCHEDULE = GROUPS + LESSONS

_SIGNED = {"x-zm-request-timestamp": "{zoom_seconds}", "x-zm-signature": "{zoom_signature}"}
CONFERENCING = (
    row("POST /schedule/lessons/{planned}/start", taught(200, admin=404)),
    row("POST /schedule/recurring-lessons/{rule}/occurrences/{today}/start", taught(200, admin=404)),
    row("GET /schedule/pool", teachers(200)),
    row("POST /schedule/lessons/{live}/end", taught(200)),
    row("GET /schedule/lessons/{live}/join", group(200)),
    row("GET /schedule/lessons/{live}/recordings", group(200)),
    row("POST /schedule/lessons/{live}/recordings", taught(201), {"url": "https://example.com/a"}),
    row("GET /meet?token={meet}", everyone(200)),
    row("GET /meet?token=wrong", everyone(404)),
    row("POST /webhooks/zoom", everyone(200), "{zoom_event}", headers=_SIGNED),
    row("POST /webhooks/zoom", everyone(401), "{zoom_event}"),
    row("POST /schedule/webhook/zoom", everyone(200), "{zoom_event}", headers=_SIGNED),
    row("POST /schedule/webhook/zoom", everyone(401), "{zoom_event}"),
    row("GET /admin/conference-accounts", admin(200)),
    row("POST /admin/conference-accounts", admin(201), {"provider": "local", "label": "new"}),
    row("GET /admin/conference-accounts/usage", admin(200)),
    row("GET /admin/conference-accounts/{account}", admin(200)),
    row("PUT /admin/conference-accounts/{account}", admin(200), {"label": "y"}),
    row("DELETE /admin/conference-accounts/{spare_account}", admin(204)),
)
