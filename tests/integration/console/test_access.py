"""Who may open which page of the console, and send which form: every route is in one of two tables."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import get_args

import httpx
import pytest
from litestar.routes import HTTPRoute

from atg_core.identity.model import Role
from atg_entrypoints.console.app import create_routes
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
}


def _routes() -> Iterator[str]:
    for route in create_routes(get_args(Context)).routes:
        if isinstance(route, HTTPRoute):
            yield from (f"{method} {route.path}" for method in sorted({"GET", "POST"} & set(route.methods)))


def _asked(route: str) -> tuple[str, str]:
    method, path = route.split()
    return method, re.sub(r"\{[^}]+\}", "1", path)


def test_every_route_is_in_one_of_the_tables() -> None:
    tables = (_PUBLIC, _OF_EVERYBODY_SIGNED_IN, _OF_TEACHERS)
    assert set(_routes()) == set[str]().union(*tables)
    assert len(set(_routes())) == sum(map(len, tables))


@pytest.mark.parametrize("route", sorted(_OF_EVERYBODY_SIGNED_IN | _OF_TEACHERS))
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
    for route in sorted(_OF_EVERYBODY_SIGNED_IN):
        method, path = _asked(route)
        if method == "GET":
            reply = await browser.get(path)
            assert reply.status_code in {HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.SEE_OTHER}, path
            assert not reply.headers.get("location", "").startswith("/app/sign-in"), path


@pytest.mark.parametrize("role", [Role.STUDENT, Role.USER, Role.INSTRUCTOR])
async def test_pages_of_teachers_are_for_nobody_else(
    browser: httpx.AsyncClient, stocked: Container, role: Role
) -> None:
    await enter(browser, stocked, role=role)
    for route in sorted(_OF_TEACHERS):
        method, path = _asked(route)
        assert (await browser.request(method, path)).status_code == HTTPStatus.FORBIDDEN, path
