"""Identity, and what every process serves."""

from tests.authorisation.callers import admin, everyone, people_staff, signed_in, training
from tests.authorisation.row import row
from tests.people import PASSWORD

NEW_PASSWORD = "another horse battery"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 100

ENTERING = (
    row("POST /auth/login", everyone(200), {"username": "the-person", "password": PASSWORD}),
    row("POST /auth/enter", everyone(200), {"email": "the-person@example.com", "password": PASSWORD}),
    row("POST /auth/enter", everyone(201), {"email": "new@example.com", "password": NEW_PASSWORD, "role": "student"}),
    row("POST /auth/role", everyone(204), {"role": "teacher"}),
    row("POST /auth/telegram", everyone(200), {"init_data": "{init_data}"}),
    row("POST /auth/telegram", everyone(401), {"init_data": "{init_data}0"}),
    row("GET /auth/oauth/{provider}/start", everyone(302)),
    row("GET /auth/oauth/{provider}/callback?code=x&state=x", everyone(400)),
    row("POST /auth/oauth/exchange", everyone(400), {"code": "x"}),
    row("POST /auth/refresh", everyone(200), {"refreshToken": "{refresh_token}"}),
    row("POST /auth/refresh", signed_in(200)),
    row("POST /auth/logout", everyone(200), {"refreshToken": "{refresh_token}"}),
    row("POST /auth/logout", everyone(200)),
    row("POST /auth/second-factor", everyone(401), {"ticket": "{reset_password_link}", "code": "123456"}),
    row("POST /auth/second-factor/setup", everyone(401), {"ticket": "{reset_password_link}", "password": PASSWORD}),
    row("POST /auth/password/forgot", everyone(200), {"email": "the-person@example.com"}),
)
LINKS = (
    row("GET /auth/email/confirm?token={confirm_email_link}", everyone(200)),
    row("GET /auth/email/confirm?token={reset_password_link}", everyone(404)),
    row("POST /auth/email/confirm", everyone(200), form={"token": "{confirm_email_link}"}),
    row("POST /auth/email/confirm", everyone(404), form={"token": "{reset_password_link}"}),
    row("GET /auth/password/reset?token={reset_password_link}", everyone(200)),
    row("GET /auth/password/reset?token={confirm_email_link}", everyone(404)),
    row("POST /auth/password/reset", everyone(200), {"token": "{reset_password_link}", "new": NEW_PASSWORD}),
    row("POST /auth/password/reset", everyone(400), {"token": "{confirm_email_link}", "new": NEW_PASSWORD}),
    row("POST /auth/password/reset/form", everyone(200), form={"token": "{reset_password_link}", "new": NEW_PASSWORD}),
    row("POST /auth/password/reset/form", everyone(404), form={"token": "{confirm_email_link}", "new": NEW_PASSWORD}),
    row("GET /auth/sessions/revoke?token={revoke_session_link}", everyone(200)),
    row("GET /auth/sessions/revoke?token={reset_password_link}", everyone(404)),
    row("POST /auth/sessions/revoke", everyone(200), form={"token": "{revoke_session_link}"}),
    row("POST /auth/sessions/revoke", everyone(404), form={"token": "{reset_password_link}"}),
)
OWN = (
    row("GET /auth/me", signed_in(200)),
    row("POST /auth/logout-all", signed_in(200)),
    row("GET /auth/sessions", signed_in(200)),
    row("DELETE /auth/sessions/{my_session}", signed_in(204)),
    row("DELETE /auth/sessions/{session}", signed_in(404)),
    row("POST /auth/password", signed_in(200), {"current": PASSWORD, "new": NEW_PASSWORD}),
    row("POST /auth/email", signed_in(200), {"email": "new@example.com", "password": PASSWORD}),
    row("GET /auth/second-factor", signed_in(200)),
    row("POST /auth/second-factor/setup", signed_in(200), {"password": PASSWORD}),
    row("POST /auth/second-factor/setup", signed_in(400), {"password": NEW_PASSWORD}),
    row("POST /auth/second-factor/confirm", signed_in(404), {"code": "123456"}),
    row("DELETE /auth/second-factor", signed_in(404), {"password": PASSWORD, "code": "123456"}),
    row("POST /auth/register-profile", signed_in(200), {"full_name": "x", "position": "x"}),
    row("GET /users/me", signed_in(200)),
    row("PUT /users/me", signed_in(200), {"bio": "x"}),
    row("POST /users/me/avatar", signed_in(200), form={"file": PNG}),
)
ADMINISTRATION = (
    row("GET /admin/users", people_staff(200)),
    row("GET /admin/departments", people_staff(200)),
    row("POST /admin/users", training(201), {"username": "new", "password": NEW_PASSWORD}),
    *(
        row("POST /admin/users", admin(201), {"username": "new", "role": role})
        for role in ("training", "shop", "admin")
    ),
    row("GET /admin/users/{person}", people_staff(200)),
    row("PUT /admin/users/{person}", admin(200), {"role": "instructor"}),
    row("PUT /admin/users/{person}", training(200), {"email": "new@example.com"}),
    row("PUT /admin/users/{person}", training(200), {"password": NEW_PASSWORD}),
    *(row("PUT /admin/users/{training}", admin(200), {"role": role}) for role in ("admin", "shop")),
    *(
        row(f"PUT /admin/users/{{{other}}}", admin(200), changes)
        for other in ("support", "instructor", "teacher")
        for changes in ({"email": "new@example.com"}, {"password": NEW_PASSWORD}, {"username": "new"})
    ),
    row("PUT /admin/users/{instructor}", training(200), {"department": "x"}),
    row("DELETE /admin/users/{person}", training(204)),
    row("DELETE /admin/users/{instructor}", admin(204)),
    row("POST /admin/users/{person}/sessions/revoke", people_staff(200)),
    row("POST /admin/users/{shop}/sessions/revoke", people_staff(200)),
    row("POST /admin/users/{admin}/sessions/revoke", admin(200)),
    row("GET /admin/users/{person}/sessions", people_staff(200)),
    row("GET /admin/users/{admin}/sessions", admin(200)),
    row("DELETE /admin/users/{another}/sessions/{session}", people_staff(204)),
    row("POST /admin/users/{person}/password-link", people_staff(200)),
    row("POST /admin/users/{admin}/password-link", admin(200)),
    row("DELETE /admin/users/{person}/second-factor", admin(404)),
    *(row(f"GET /admin/audit{end}", admin(200)) for end in ("", ".csv", ".xlsx")),
)
IDENTITY = ENTERING + LINKS + OWN + ADMINISTRATION

OPERATION = (
    row("GET /health", everyone(200)),
    row("GET /api/health", everyone(200)),
    row("GET /", everyone(200)),
    row("GET /info", everyone(200)),
    row("GET /ready", everyone(200)),
    row("GET /metrics", everyone(200)),
    row("GET /docs", everyone(200)),
    row("GET /docs/{style}", everyone(200)),
    row("HEAD /docs/{style}", everyone(200)),
    row("GET /openapi.json", everyone(200)),
    row("GET /openapi.json/openapi.json", everyone(200)),
    row("GET /openapi.json/{style}", everyone(404)),
)
