"""Who may open which page of the console, and send which form: every route is in one of two tables."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import get_args
from uuid import UUID

import httpx
import pytest
from litestar.routes import HTTPRoute

from atg_core.identity.model import Caller, Role
from atg_core.importing.imports import WHO_IMPORTS
from atg_entrypoints.console.app import create_routes
from atg_entrypoints.console.menu import menu_of
from atg_entrypoints.container import Container
from atg_entrypoints.settings import Context
from tests.integration.console.browsing import enter

_PUBLIC = {
    "GET /app/sign-in",
    "POST /app/sign-in",
    "POST /app/sign-out",
    "GET /app/enter",
    "POST /app/enter",
    "GET /app/oauth/{provider:str}/start",
    "GET /app/oauth/{provider:str}/callback",
    "GET /app/second-factor",
    "POST /app/second-factor",
    "GET /app/second-factor/set-up",
    "POST /app/second-factor/set-up",
    "GET /app/second-factor/confirm",
    "POST /app/second-factor/confirm",
    "GET /app/forgotten-password",
    "POST /app/forgotten-password",
    "GET /app/new-password",
    "POST /app/new-password",
    "GET /app/confirm-email",
    "POST /app/confirm-email",
    "GET /app/not-me",
    "POST /app/not-me",
    "GET /app/invitations/answer",
    "POST /app/invitations/answer",
    "POST /app/look",
    "GET /app/certificates",
    "GET /app/certificates/{number:str}",
    "GET /app/static/{version:str}/{name:path}",
    "GET /app/{path:path}",
}
_OF_EVERYBODY_SIGNED_IN = {
    "GET /app",
    "GET /app/account",
    "POST /app/account",
    "GET /app/account/photo",
    "POST /app/account/photo",
    "POST /app/account/photo/remove",
    "GET /app/account/password",
    "POST /app/account/password",
    "GET /app/account/email",
    "POST /app/account/email",
    "GET /app/account/devices",
    "POST /app/account/devices/others/end",
    "POST /app/account/devices/{session_id:str}/end",
    "GET /app/account/second-factor",
    "GET /app/account/second-factor/set-up",
    "POST /app/account/second-factor/set-up",
    "GET /app/account/second-factor/confirm",
    "POST /app/account/second-factor/confirm",
    "GET /app/account/second-factor/remove",
    "POST /app/account/second-factor/remove",
    "GET /app/catalog",
    "GET /app/catalog/{course_id:str}",
    "GET /app/stations",
    "GET /app/stations/{station_id:str}",
    "POST /app/courses/{course_id:str}/enroll",
    "GET /app/courses/{course_id:str}",
    "GET /app/courses/{course_id:str}/topics/{topic_id:str}",
    "POST /app/courses/{course_id:str}/topics/{topic_id:str}/completed",
    "GET /app/courses/{course_id:str}/tests/{kind:str}/{parent_id:str}",
    "POST /app/courses/{course_id:str}/tests/{kind:str}/{parent_id:str}",
    "POST /app/courses/{course_id:str}/tests/{kind:str}/{parent_id:str}/begin",
    "GET /app/results",
    "GET /app/groups",
    "GET /app/groups/join",
    "POST /app/groups/join",
    "GET /app/groups/{group_id:str}",
    "GET /app/groups/{group_id:str}/name",
    "GET /app/groups/{group_id:str}/late-rule",
    "GET /app/groups/{group_id:str}/students",
    "POST /app/invitations/{invitation_id:str}/accept",
    "POST /app/invitations/{invitation_id:str}/decline",
    "GET /app/events",
    "GET /app/notices",
    "GET /app/notices/unread",
    "POST /app/notices/read",
    "POST /app/notices/{notice_id:str}/read",
    "GET /app/notices/settings",
    "POST /app/notices/settings",
    "POST /app/notices/settings/telegram",
    "POST /app/notices/settings/telegram/unlink",
    "GET /app/progress",
    "GET /app/grades",
    "GET /app/calendar",
    "GET /app/calendar/feed",
    "POST /app/calendar/feed",
    "GET /app/lessons/{lesson_id:str}",
    "GET /app/lessons/{lesson_id:str}/live",
    "GET /app/rules/{rule_id:str}",
    "GET /app/rules/{rule_id:str}/days/{day:str}",
    "GET /app/rules/{rule_id:str}/days/{day:str}/live",
    "GET /app/training",
    "GET /app/training/people",
    "GET /app/training/people/{user_id:str}",
    "GET /app/training/late",
    "POST /app/training/late/remind",
    "GET /app/training/reminders",
    "GET /app/training/matrix",
    "GET /app/training/assignments",
    "POST /app/training/assignments",
    "GET /app/training/assignments/new",
    "GET /app/training/assignments/{assignment_id:str}",
    "POST /app/training/assignments/{assignment_id:str}",
    "POST /app/training/assignments/{assignment_id:str}/end",
    "GET /app/homework",
    "GET /app/homework/{homework_id:str}",
    "POST /app/homework/{homework_id:str}",
    "POST /app/homework/{homework_id:str}/begin",
    "GET /app/homework/{homework_id:str}/hand-in",
    "POST /app/homework/{homework_id:str}/hand-in",
    "GET /app/submissions/{submission_id:str}",
    "POST /app/submissions/{submission_id:str}/files",
    "POST /app/submissions/{submission_id:str}/files/{file_id:str}/remove",
}
_OF_TEACHERS = {
    "POST /app/groups",
    "POST /app/groups/{group_id:str}/name",
    "GET /app/groups/{group_id:str}/delete",
    "POST /app/groups/{group_id:str}/delete",
    "POST /app/groups/{group_id:str}/students",
    "GET /app/groups/{group_id:str}/students/add",
    "POST /app/groups/{group_id:str}/students/add",
    "GET /app/groups/{group_id:str}/students/{student_id:str}",
    "GET /app/groups/{group_id:str}/students/{student_id:str}/remove",
    "POST /app/groups/{group_id:str}/students/{student_id:str}/remove",
    "POST /app/groups/{group_id:str}/invitations/{invitation_id:str}/withdraw",
    "GET /app/groups/{group_id:str}/join-code",
    "POST /app/groups/{group_id:str}/join-code",
    "POST /app/groups/{group_id:str}/join-code/end",
    "GET /app/homework/new",
    "POST /app/homework/new",
    "GET /app/homework/{homework_id:str}/edit",
    "POST /app/homework/{homework_id:str}/edit",
    "POST /app/homework/{homework_id:str}/gift",
    "GET /app/homework/{homework_id:str}/preview",
    "POST /app/homework/{homework_id:str}/publish",
    "POST /app/homework/{homework_id:str}/copy",
    "POST /app/homework/{homework_id:str}/delete",
    "GET /app/marking",
    "POST /app/submissions/{submission_id:str}",
    "GET /app/groups/{group_id:str}/control-points",
    "POST /app/groups/{group_id:str}/control-points",
    "GET /app/groups/{group_id:str}/control-points/{control_point_id:str}",
    "POST /app/groups/{group_id:str}/control-points/{control_point_id:str}",
    "POST /app/groups/{group_id:str}/control-points/{control_point_id:str}/delete",
    "GET /app/groups/{group_id:str}/gradebook",
    "GET /app/groups/{group_id:str}/gradebook/{column:str}",
    "POST /app/groups/{group_id:str}/gradebook/{column:str}",
    "GET /app/groups/{group_id:str}/gradebook/{column:str}/history/{student_id:str}",
    "GET /app/groups/{group_id:str}/gradebook/students/{student_id:str}",
    "POST /app/groups/{group_id:str}/gradebook/students/{student_id:str}",
    "POST /app/groups/{group_id:str}/late-rule",
    "GET /app/calendar/free-days",
    "POST /app/calendar/free-days",
    "POST /app/calendar/free-days/file",
    "POST /app/calendar/free-days/{free_days_id:str}/delete",
    "GET /app/calendar/term",
    "POST /app/calendar/term",
    "GET /app/lessons/new",
    "POST /app/lessons",
    "POST /app/lessons/{lesson_id:str}/attendance",
    "POST /app/lessons/{lesson_id:str}/cancel",
    "POST /app/lessons/{lesson_id:str}/delete",
    "POST /app/lessons/{lesson_id:str}/end",
    "POST /app/lessons/{lesson_id:str}/move",
    "POST /app/lessons/{lesson_id:str}/recordings",
    "POST /app/lessons/{lesson_id:str}/restore",
    "POST /app/lessons/{lesson_id:str}/start",
    "POST /app/rules/{rule_id:str}",
    "POST /app/rules/{rule_id:str}/delete",
    "POST /app/rules/{rule_id:str}/days/{day:str}/cancel",
    "POST /app/rules/{rule_id:str}/days/{day:str}/move",
    "POST /app/rules/{rule_id:str}/days/{day:str}/restore",
    "POST /app/rules/{rule_id:str}/days/{day:str}/start",
    "GET /app/groups/{group_id:str}/progress",
}
"""Administrators are among them."""
_OF_PEOPLE_STAFF = {
    "GET /app/admin",
    "GET /app/admin/people",
    "GET /app/admin/people/{user_id:str}",
    "POST /app/admin/people/{user_id:str}/password-link",
    "POST /app/admin/people/{user_id:str}/sessions/end",
    "POST /app/admin/people/{user_id:str}/sessions/{session_id:str}/end",
}
_OF_ACCOUNTS = _OF_PEOPLE_STAFF | {
    "GET /app/admin/people/new",
    "POST /app/admin/people",
    "POST /app/admin/people/{user_id:str}",
    "POST /app/admin/people/{user_id:str}/activate",
    "POST /app/admin/people/{user_id:str}/deactivate",
}
_OF_ADMINS = {
    "GET /app/admin/audit",
    "GET /app/admin/audit/verify",
    "POST /app/admin/audit/verify",
    "GET /app/admin/jobs",
    "POST /app/admin/jobs/retry",
    "POST /app/admin/jobs/{job_id:str}/retry",
    "GET /app/admin/conference-accounts",
    "POST /app/admin/conference-accounts",
    "GET /app/admin/conference-accounts/new",
    "GET /app/admin/conference-accounts/{account_id:str}",
    "POST /app/admin/conference-accounts/{account_id:str}",
    "POST /app/admin/conference-accounts/{account_id:str}/delete",
    "POST /app/admin/people/{user_id:str}/second-factor/remove",
    "GET /app/admin/health",
    "POST /app/admin/health",
    "GET /app/admin/settings",
    "GET /app/authoring/stations",
    "POST /app/authoring/stations",
    "GET /app/authoring/stations/{record_id:str}",
    "POST /app/authoring/stations/{record_id:str}",
    "GET /app/authoring/stations/{record_id:str}/delete",
    "POST /app/authoring/stations/{record_id:str}/delete",
    *(
        route.format(f"/app/authoring/stations/{{record_id:str}}/{part}")
        for route in ("GET {}", "POST {}", "POST {}/{{child_id:str}}")
        for part in ("equipment", "specs", "safety", "gas-sources", "photos", "docs")
    ),
    "POST /app/authoring/stations/{record_id:str}/safety/{child_id:str}/features",
    "GET /app/groups/{group_id:str}/teacher",
    "POST /app/groups/{group_id:str}/teacher",
}
_OF_MARKETING = {
    "GET /app/campaigns",
    "POST /app/campaigns",
    "GET /app/campaigns/{campaign:str}",
    "GET /app/campaigns/{campaign:str}/assets",
    "POST /app/campaigns/{campaign:str}/assets",
    "GET /app/campaigns/{campaign:str}/assets/{asset_id:str}",
    "GET /app/campaigns/{campaign:str}/assets/{asset_id:str}/qr.svg",
    "POST /app/campaigns/{campaign:str}/assets/{asset_id:str}",
    "POST /app/campaigns/{campaign:str}/assets/{asset_id:str}/delete",
    "GET /app/campaigns/{campaign:str}/participants",
    "GET /app/campaigns/{campaign:str}/promo-codes",
    "POST /app/campaigns/{campaign:str}/promo-codes",
}
_OF_SUPPORT = {
    "GET /app/shop/customers/{user_id:str}",
    "GET /app/shop/tickets",
    "GET /app/shop/tickets/{ticket_id:str}",
    "POST /app/shop/tickets/{ticket_id:str}",
    "POST /app/shop/tickets/{ticket_id:str}/status",
}
_OF_SHOP = _OF_SUPPORT | {
    "GET /app/shop",
    "GET /app/shop/purchases",
    "GET /app/shop/purchases/{purchase_id:str}/refund",
    "POST /app/shop/purchases/{purchase_id:str}/refund",
    "GET /app/shop/lessons",
    "GET /app/shop/lessons/new",
    "POST /app/shop/lessons/new",
    "GET /app/shop/lessons/{lesson_id:str}",
    "POST /app/shop/lessons/{lesson_id:str}",
    "POST /app/shop/lessons/{lesson_id:str}/delete",
    "GET /app/shop/courses",
    "GET /app/shop/courses/new",
    "POST /app/shop/courses/new",
    "GET /app/shop/courses/{course_id:str}",
    "POST /app/shop/courses/{course_id:str}",
    "POST /app/shop/courses/{course_id:str}/lessons",
    "POST /app/shop/courses/{course_id:str}/delete",
    "GET /app/shop/customers",
    "POST /app/shop/customers/{user_id:str}",
    "GET /app/shop/promo-codes",
    "GET /app/shop/promo-codes/new",
    "POST /app/shop/promo-codes/new",
    "GET /app/shop/promo-codes/{code_id:str}",
    "POST /app/shop/promo-codes/{code_id:str}",
    "POST /app/shop/promo-codes/{code_id:str}/delete",
    "GET /app/shop/messages",
    "GET /app/shop/messages/new",
    "POST /app/shop/messages/new",
    "GET /app/shop/messages/{message_id:str}",
    "POST /app/shop/messages/{message_id:str}/send",
    "POST /app/shop/messages/{message_id:str}/cancel",
}
_OF_TRAINING = _OF_ACCOUNTS | {
    "GET /app/training/managers",
    "GET /app/training/managers/{user_id:str}",
    "POST /app/training/managers/{user_id:str}",
    "GET /app/training/certificates",
    "GET /app/training/certificates/print",
    "GET /app/training/certificates/{number:str}",
    "POST /app/training/certificates/{number:str}/revoke",
    "POST /app/training/certificates/{number:str}/reissue",
}
"""Of the training department, and of administrators."""
_OF_AUTHORS = {
    "GET /app/authoring/courses",
    "POST /app/authoring/courses",
    "GET /app/authoring/courses/new",
    "GET /app/authoring/courses/{record_id:str}",
    "POST /app/authoring/courses/{record_id:str}",
    "POST /app/authoring/courses/{record_id:str}/prerequisites",
    "POST /app/authoring/courses/{record_id:str}/programs",
    "GET /app/authoring/paths",
    "POST /app/authoring/paths",
    "GET /app/authoring/paths/new",
    "GET /app/authoring/paths/{record_id:str}",
    "POST /app/authoring/paths/{record_id:str}",
    "POST /app/authoring/paths/{record_id:str}/courses",
    "POST /app/authoring/paths/{record_id:str}/delete",
    "GET /app/authoring/programs/{record_id:str}",
    "GET /app/authoring/programs/{record_id:str}/settings",
    "POST /app/authoring/programs/{record_id:str}/settings",
    "POST /app/authoring/programs/{record_id:str}/lessons",
    "POST /app/authoring/programs/{record_id:str}/order",
    "GET /app/authoring/lessons/{record_id:str}",
    "POST /app/authoring/lessons/{record_id:str}",
    "POST /app/authoring/lessons/{record_id:str}/topics",
    "POST /app/authoring/lessons/{record_id:str}/materials",
    "POST /app/authoring/lessons/{record_id:str}/materials/{material_id:str}",
    "GET /app/authoring/topics/{record_id:str}",
    "POST /app/authoring/topics/{record_id:str}",
    "GET /app/authoring/topics/{record_id:str}/preview",
    "POST /app/authoring/topics/{record_id:str}/files",
    "POST /app/authoring/topics/{record_id:str}/files/{file_id:str}",
    "POST /app/authoring/markdown",
    *(
        f"{method} /app/authoring/{kind}/{{record_id:str}}/delete"
        for method in ("GET", "POST")
        for kind in ("courses", "programs", "lessons", "topics", "banks")
    ),
    *(
        f"{method} /app/authoring/{of}{ending}"
        for of in ("lessons/{record_id:str}/test", "programs/{record_id:str}/final-test")
        for method, ending in (
            ("GET", ""),
            ("POST", ""),
            ("GET", "/delete"),
            ("POST", "/delete"),
            ("GET", "/questions.gift"),
            ("GET", "/questions.aiken"),
        )
    ),
    "GET /app/authoring/banks",
    "POST /app/authoring/banks",
    "GET /app/authoring/banks/{record_id:str}",
    "POST /app/authoring/banks/{record_id:str}",
    "POST /app/authoring/banks/{record_id:str}/read",
    "POST /app/authoring/banks/{record_id:str}/questions/{question_id:str}",
}
"""Instructors and administrators."""
_OF_SOME = _OF_TEACHERS | _OF_TRAINING | _OF_ADMINS | _OF_MARKETING | _OF_SHOP | _OF_AUTHORS
_STREAMS = {"GET /app/events"}
"""Whose replies do not end."""


def _routes() -> Iterator[str]:
    for route in create_routes(get_args(Context)).routes:
        if isinstance(route, HTTPRoute):
            yield from (f"{method} {route.path}" for method in sorted({"GET", "POST"} & set(route.methods)))


def _asked(route: str) -> tuple[str, str]:
    method, path = route.split()
    return method, re.sub(r"\{[^}]+\}", "1", path)


_OF_IMPORTERS = {
    "GET /app/imports",
    "POST /app/imports",
    "GET /app/imports/kinds",
    "GET /app/imports/{import_id:str}",
    "POST /app/imports/{import_id:str}/apply",
    "POST /app/imports/{import_id:str}/undo",
}
"""Of whoever imports something."""
_OF_SOME |= _OF_IMPORTERS


def test_every_route_is_in_one_of_the_tables() -> None:
    assert set(_routes()) == _PUBLIC | _OF_EVERYBODY_SIGNED_IN | _OF_SOME
    assert not _PUBLIC & (_OF_EVERYBODY_SIGNED_IN | _OF_SOME)
    assert not _OF_EVERYBODY_SIGNED_IN & _OF_SOME


@pytest.mark.parametrize("route", sorted(_OF_EVERYBODY_SIGNED_IN | _OF_SOME))
async def test_whoever_is_not_signed_in_is_led_to_sign_in(browser: httpx.AsyncClient, route: str) -> None:
    method, path = _asked(route)
    reply = await browser.request(method, path)
    assert reply.status_code == HTTPStatus.SEE_OTHER
    assert reply.headers["location"].startswith("/app/sign-in")
    if method == "GET":
        assert reply.headers["location"] == f"/app/sign-in?next={path}"


@pytest.mark.parametrize("route", sorted(each for each in _routes() if each.startswith("POST ")))
async def test_no_other_site_sends_a_form(browser: httpx.AsyncClient, route: str) -> None:
    method, path = _asked(route)
    for site in ("cross-site", "same-site", "none"):
        reply = await browser.request(method, path, headers={"sec-fetch-site": site})
        assert reply.status_code == HTTPStatus.FORBIDDEN
        assert "Форма отправлена с другого сайта" in reply.text
        assert reply.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER, Role.ADMIN])
async def test_whoever_is_signed_in_is_refused_no_page(
    browser: httpx.AsyncClient, stocked: Container, role: Role
) -> None:
    await enter(browser, stocked, role=role)
    for route in sorted(_OF_EVERYBODY_SIGNED_IN - _STREAMS):
        method, path = _asked(route)
        if method == "GET":
            reply = await browser.get(path)
            assert reply.status_code in {HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.SEE_OTHER}, path
            assert not reply.headers.get("location", "").startswith("/app/sign-in"), path


@pytest.mark.parametrize("role", list(Role))
async def test_what_is_for_a_role_is_refused_to_all_others(
    browser: httpx.AsyncClient, stocked: Container, role: Role
) -> None:
    await enter(browser, stocked, role=role)
    allowed = {
        Role.TEACHER: _OF_TEACHERS,
        Role.INSTRUCTOR: _OF_AUTHORS,
        Role.TRAINING: _OF_TRAINING,
        Role.SHOP: _OF_SHOP,
        Role.MARKETING: _OF_MARKETING,
        Role.SUPPORT: _OF_PEOPLE_STAFF | _OF_SUPPORT,
        Role.ADMIN: _OF_SOME,
    }.get(role, set())
    for route in sorted(_OF_SOME):
        method, path = _asked(route)
        path = path.replace("/groups/1", "/groups/999999")
        reply = await browser.request(method, path, data={"lesson": "1"} if method == "POST" else None)
        is_refused = reply.status_code == HTTPStatus.FORBIDDEN
        is_allowed = route in allowed or (route in _OF_IMPORTERS and role in WHO_IMPORTS)
        assert is_refused is not is_allowed, (route, reply.status_code)


def test_a_process_serves_the_start_page_of_its_contexts_alone() -> None:
    def paths(*contexts: Context) -> set[str]:
        return {route.path for route in create_routes(contexts).routes}

    assert not paths("identity", "campaigns") & {"/app", "/app/events", "/app/progress"}
    assert {"/app", "/app/events", "/app/lessons/{lesson_id:str}/start"} <= paths("schedule", "conferencing")
    assert "/app/progress" in paths("gradebook")


def test_the_menu_leads_to_no_page_that_the_process_does_not_serve() -> None:
    everything = get_args(Context)
    for contexts in (everything, *((each,) for each in everything)):
        served = {route.path for route in create_routes(contexts).routes}
        for role in Role:
            caller = Caller(
                id=UUID(int=1),
                session_id=UUID(int=2),
                username="x",
                role=role,
                full_name=None,
                email=None,
                is_active=True,
            )
            for entry in menu_of(caller, contexts):
                assert entry.path.rstrip("/") in served, (contexts, role, entry)
