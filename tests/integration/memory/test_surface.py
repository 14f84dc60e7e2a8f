"""What holds for every route: problems, headers, limits, ETags, trailing slashes, documentation."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar, get
from litestar.exceptions import ImproperlyConfiguredException
from litestar.routes import HTTPRoute

from atg_core.clock import utc_now
from atg_core.identity.links import Purpose
from atg_core.identity.model import Role
from atg_entrypoints.container import Container, create_container
from atg_entrypoints.http.app import create_api, create_app
from atg_entrypoints.http.policy import Policy, PolicyPlugin
from atg_entrypoints.settings import Settings
from tests.arranging import arrange, insert, rows_of
from tests.conftest import SECRET
from tests.contracts.files import put
from tests.contracts.identity import session_of
from tests.people import account, sign_in
from tests.school import school

MEMBERS = {"type", "title", "status", "detail", "code", "error", "message"}


def assert_problem(reply: httpx.Response, status: int) -> None:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    assert body.keys() - {"errors"} == MEMBERS
    assert body["status"] == status
    assert body["detail"] == body["error"] == body["message"]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", body["code"])
    assert "Traceback" not in reply.text


async def test_every_kind_of_refusal_is_a_problem(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/nope"), 404)
    assert_problem(await client.get("/nope/deeper/"), 404)
    assert_problem(await client.get("/docs/nope"), 404)
    assert_problem(await client.get("/docs/../../pyproject.toml"), 404)
    assert_problem(await client.get("/openapi.json/nope"), 404)
    assert_problem(await client.post("/nope"), 404)
    assert_problem(await client.get("/stations/99"), 404)
    assert_problem(await client.delete("/stations"), 405)
    assert_problem(await client.put("/auth/login", json={}), 405)
    assert_problem(await client.get("/auth/me"), 401)
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b"{}" * 3,
        b"[" * 20_000,
    ):
        assert_problem(await client.post("/auth/login", content=body), 400)


async def test_a_wrong_method_tells_the_right_ones(client: httpx.AsyncClient) -> None:
    reply = await client.delete("/stations")
    assert set(reply.headers["allow"].split(", ")) == {"GET", "OPTIONS"}


async def test_options_tell_every_method_of_a_path(client: httpx.AsyncClient) -> None:
    """Whatever the order is in which they were registered."""
    reply = await client.options("/courses")
    assert (reply.status_code, reply.headers["allow"]) == (204, "GET, OPTIONS, POST")


async def test_a_fault_in_a_body_is_the_only_one_that_is_named(client: httpx.AsyncClient, stocked: Container) -> None:
    """Also once the path was described, whose parameters Litestar then takes for absent."""
    await sign_in(client, stocked)
    assert (await client.get("/openapi.json")).status_code == 200
    reply = await client.post("/lessons/1/test/results", json={"score_percent": -1})
    assert [each["field"] for each in reply.json()["errors"]] == ["score_percent"]


async def test_the_description_tells_what_is_checked(client: httpx.AsyncClient) -> None:
    description = (await client.get("/openapi.json")).json()
    order = description["paths"]["/lessons/order"]["put"]["requestBody"]["content"]["application/json"]["schema"]
    assert (order["minItems"], order["items"]["minimum"]) == (1, 1)
    refresh = description["paths"]["/auth/refresh"]["post"]["requestBody"]
    assert not refresh["required"]
    needed = {each["name"]: each["required"] for each in description["paths"]["/files/exists"]["get"]["parameters"]}
    assert needed["key"]
    assert description["components"]["schemas"]["PurchaseCreation"]["oneOf"][0]["required"] == ["lesson_id"]


async def test_a_body_of_more_than_a_megabyte_is_refused(client: httpx.AsyncClient) -> None:
    """Z5: whether its length is announced or not."""
    assert_problem(await client.post("/auth/login", content=b"x" * 2_000_000), 413)

    async def chunks():
        for _ in range(200):
            yield b"x" * 10_000

    assert_problem(await client.post("/auth/login", content=chunks()), 413)


async def test_unknown_fields_of_a_body_are_ignored(client: httpx.AsyncClient, stocked: Container) -> None:
    await sign_in(client, stocked)
    assert (await client.put("/users/me", json={"nonsense": [1, 2]})).status_code == 200


def filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+):\w+\}", lambda match: values[match[1]], path)


def of_shop(path: str) -> bool:
    return path.startswith(("/api/users", "/api/lessons", "/api/courses", "/api/promo-codes", "/api/support-tickets"))


def of_lessons(path: str) -> bool:
    prefixes = ("/groups", "/schedule", "/admin/conference-accounts", "/control-points", "/students")
    return path.startswith(prefixes)


async def a_customer(container: Container) -> None:
    """One of each that the shop keeps."""
    lesson = {"title": "x", "description": "", "price": 1, "is_active": True, "is_free": False}
    keep = container.keep_goods()
    await keep.add_lesson({**lesson, "video_path": None, "text_content": None})
    course = {"title": "x", "description": "", "total_price": 1, "discount_price": None, "is_active": True}
    await keep.add_course(course, [1])
    await container.keep_customers().meet(777, {"first_name": "x"})
    await container.keep_tickets().add(1, "x", "y")
    code = {"code": "X", "discount_percent": 0, "discount_amount": None, "max_uses": None}
    await container.keep_codes().add({**code, "is_active": True, "expires_at": None})


async def a_live_lesson(client: httpx.AsyncClient, container: Container) -> dict[str, str]:
    """With its group and a rule, in a room on this server."""
    await client.post("/admin/conference-accounts", json={"provider": "local", "label": "x"})
    group = (await client.post("/groups", json={"name": "x"})).json()["id"]
    now = container.clock()()
    times = {"start_time": now.isoformat(), "end_time": (now + timedelta(hours=1)).isoformat()}
    lesson = (await client.post("/schedule/lessons", json={"group_id": group, "title": "x", **times})).json()["id"]
    days = {"day_of_week": 0, "start_date": "2026-09-01", "end_date": "2027-05-31"}
    times = {"start_time": "09:00", "end_time": "10:00"}
    rule = await client.post("/schedule/recurring-lessons", json={"group_id": group, "title": "x", **days, **times})
    started = (await client.post(f"/schedule/lessons/{lesson}/start")).json()
    body = {"title": "x", "kind": "test", "date": "2026-09-01", "max_grade": 5}
    point = (await client.post(f"/groups/{group}/control-points", json=body)).json()["id"]
    me = (await client.get("/auth/me")).json()["user"]["id"]
    numbers = {"group_id": group, "lesson_id": lesson, "rule_id": rule.json()["id"], "account_id": 1}
    numbers |= {"control_point_id": point, "student_id": me}
    token = started["zoom_start_url"].partition("?")[2]
    return {name: str(number) for name, number in numbers.items()} | {"token": token}


async def a_visit(client: httpx.AsyncClient, container: Container) -> dict[str, Any]:
    """Of a campaign with one asset, with an email left."""
    await arrange(container, assets=[{"slug": "only", "name": "x", "campaign": "small"}])
    session = (await client.post("/session/start", json={"campaign": "small"})).json()["session_id"]
    await client.post("/view", json={"session_id": session, "asset_slug": "only"})
    left = (await client.post("/user/email", json={"session_id": session, "email": "a@example.com"})).json()
    token = container.confirmation_tokens().token(UUID(left["user_id"]), container.clock()())
    [asset] = [row["id"] for row in await rows_of(container, "campaign_assets") if row["slug"] == "only"]
    return {**left, "token": token, "asset_id": asset}


async def a_draft(client: httpx.AsyncClient, student: UUID) -> dict[str, str]:
    """Of homework for a group that the caller teaches, and is in."""
    group = (await client.post("/groups", json={"name": "homework"})).json()["id"]
    await client.post(f"/groups/{group}/students", json={"student_ids": [str(student)]})
    question = {"question_type": "TEXT", "text": "x", "points": 1}
    body = {"group_id": group, "title": "x", "questions": [question]}
    made = (await client.post("/homework", json=body)).json()["id"]
    await client.post(f"/homework/{made}/publish")
    draft = (await client.post(f"/homework/{made}/submissions")).json()["id"]
    return {"homework_id": str(made), "submission_id": str(draft)}


async def links(container: Container) -> dict[str, str]:
    """The query of each link that a mail may have."""
    mailed = account("mailed")
    session = session_of(mailed.user.id)
    paths = {
        Purpose.CONFIRM_EMAIL: "/auth/email/confirm",
        Purpose.RESET_PASSWORD: "/auth/password/reset",
        Purpose.REVOKE_SESSION: "/auth/sessions/revoke",
    }
    async with container.open_identity()() as store:
        await store.add_account(mailed)
        await store.add_session(session)
        for purpose in paths:
            await container.send_link()(store, mailed.user, purpose, session_id=session.id)
    tokens = {row["purpose"]: row["id"] for row in await rows_of(container, "mail_tokens")}
    return {
        path: f"?token={container.link_tokens().token(tokens[purpose], purpose)}" for purpose, path in paths.items()
    }


async def test_every_route_answers_with_and_without_a_trailing_slash(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    await sign_in(client, stocked, role=Role.ADMIN)
    at, number = await school(stocked), "ATG-2026-000001"
    me = UUID((await client.get("/auth/me")).json()["user"]["id"])
    await insert(
        stocked,
        "certificates",
        id=uuid4(),
        user_id=me,
        course_id=at.course,
        title="",
        issued_at=utc_now(),
        number=number,
        verification_code="x",
        revoked_at=None,
    )
    await client.post(f"/courses/{at.course}/enroll")
    ids = {
        "user_id": (await client.get("/auth/me")).json()["user"]["id"],
        "station_id": str(at.station),
        "topic_id": str(at.topics[0]),
        "course_id": str(at.course),
        "lesson_id": str(at.lesson),
        "program_id": str(at.program),
        "number": number,
    }
    await a_customer(stocked)
    visit = await a_visit(client, stocked)
    ids |= {"campaign": "small", "asset_id": str(visit["asset_id"]), **await a_draft(client, me)}
    lesson_ids = await a_live_lesson(client, stocked)
    shop_ids = dict.fromkeys(("user_id", "lesson_id", "course_id", "code_id", "ticket_id"), "1")
    queries = {
        "/users/1/access": "?lesson_id=1",
        "/progress": f"?session_id={visit['session_id']}",
        "/promo": f"?user_id={visit['user_id']}",
        "/user/email/confirm": f"?token={visit['token']}",
        "/files": "?key=stations/1.png",
        "/certificates": "?code=x",
        "/admin/reports": f"?course_id={at.course}",
        "/schedule/calendar": "?start=2026-11-23&end=2026-11-30",
        "/meet": f"?{lesson_ids['token']}",
        **await links(stocked),
    }
    await put(stocked.object_store(), "stations/1.png")
    checked = 0
    for route in create_api(stocked).routes:
        if not isinstance(route, HTTPRoute) or "GET" not in route.methods or ":path" in route.path or "." in route.path:
            continue
        if route.path.startswith("/auth/oauth"):  # leads elsewhere: tests/contracts/http_oauth.py
            continue
        own = shop_ids if of_shop(route.path) else lesson_ids if of_lessons(route.path) else ids
        path = filled(route.path, own)
        query = next((query for prefix, query in queries.items() if path.removeprefix("/api").startswith(prefix)), "")
        plain, slashed = await client.get(path + query), await client.get(f"{path}/{query}")
        assert plain.status_code == slashed.status_code == 200, path
        checked += 1
    assert checked >= 20


async def test_a_reply_has_an_etag_and_is_not_sent_twice(client: httpx.AsyncClient) -> None:
    first = await client.get("/stations")
    for given in (
        first.headers["etag"],
        first.headers["etag"].removeprefix("W/"),
        f'"x", {first.headers["etag"]}',
        "*",
    ):
        again = await client.get("/stations", headers={"if-none-match": given})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert (await client.get("/stations", headers={"if-none-match": '"other"'})).status_code == 200
    assert (await client.get("/stations/1")).headers["etag"] != first.headers["etag"]
    assert "etag" not in (await client.get("/stations/99")).headers


async def test_security_headers_are_on_every_reply(client: httpx.AsyncClient) -> None:
    for path in ("/stations", "/nope", "/auth/me", "/docs", "/docs/start.js"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
    assert "server" not in headers


async def test_a_request_id_is_kept_if_it_is_a_plain_word_and_made_otherwise(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health", headers={"x-request-id": "abc-1"})).headers["x-request-id"] == "abc-1"
    for given in ("a b", 'x"y', "x" * 129, "<script>"):
        made = (await client.get("/health", headers={"x-request-id": given})).headers["x-request-id"]
        assert re.fullmatch(r"[0-9a-f]{32}", made)


async def test_health_is_as_the_frontend_reads_it(client: httpx.AsyncClient) -> None:
    body = (await client.get("/health")).json()
    assert body.keys() == {"ok", "status", "version", "timestamp"}
    assert (body["ok"], body["status"]) == (True, "healthy")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["timestamp"])


async def test_readiness_names_each_part_and_its_latency(client: httpx.AsyncClient) -> None:
    reply = await client.get("/ready")
    assert reply.status_code == 200
    assert reply.json()["checks"]["database"]["status"] == "up"
    assert reply.json()["checks"]["database"]["latency_ms"] >= 0


async def test_metrics_group_requests_by_route(client: httpx.AsyncClient) -> None:
    await client.get("/stations/1")
    await client.get("/stations/2")
    text = (await client.get("/metrics")).text
    assert 'path="/stations/{station_id}"' in text
    assert 'path="/stations/1"' not in text


async def test_metrics_show_the_jobs_of_every_kind(client: httpx.AsyncClient, stocked: Container) -> None:
    begun = utc_now()
    await stocked.jobs().enqueue("some_kind", {})
    text = (await client.get("/metrics")).text
    passed = (utc_now() - begun).total_seconds()
    assert 'atg_jobs_waiting{kind="some_kind"} 1.0' in text
    oldest = re.search(r'atg_jobs_oldest_seconds\{kind="some_kind"\} (\S+)', text)
    assert oldest
    assert 0 < float(oldest[1]) <= passed
    assert 'atg_jobs_dead{kind="clean_uploads"} 0.0' in text


async def test_the_documentation_needs_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    sources = re.findall(r'(?:src|href|url)[=:]\s*"([^"]+)"', page + (await client.get("/docs/start.js")).text)
    assert len(sources) >= 4
    for source in sources:
        assert source.startswith("/")
        assert (await client.get(source)).status_code == 200
    style = (await client.get("/docs/swagger-ui.css")).text
    assert not re.search(r"url\(\s*['\"]?https?:", style)


async def test_the_description_is_openapi_3_1_with_examples_and_policies(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    assert described["paths"]["/auth/me"]["get"]["security"] == [{"bearer": []}]
    assert "security" not in described["paths"]["/stations"]["get"]
    assert set(described["paths"]["/auth/me"]["get"]["responses"]) == {"200", "304", "401", "429", "503"}
    assert "examples" in str(described["components"]["schemas"]["CourseRow"])


def test_an_application_with_a_route_that_names_no_policy_does_not_start() -> None:
    """Z2."""

    @get("/forgotten")
    async def forgotten() -> None: ...

    with pytest.raises(ImproperlyConfiguredException, match="/forgotten"):
        Litestar([forgotten], plugins=[PolicyPlugin()], openapi_config=None)


def test_every_route_names_its_policy(stocked: Container) -> None:
    """Z2: and none is open that is not meant to be."""
    public = set()
    for route in create_api(stocked).routes:
        for handler in getattr(route, "route_handlers", ()):
            assert isinstance(handler.opt["policy"], Policy)
            if not handler.opt["policy"].signed_in and handler.http_methods != {"OPTIONS"}:
                public.add(route.path)
    signed_in = {"/auth/me", "/auth/register-profile", "/users/me", "/users/me/stats", "/courses/me/enrollments"}
    assert public.isdisjoint(signed_in | {"/courses/{course_id:str}/enroll"})


async def test_cors_lets_the_named_origins_in_and_no_others(tmp_path: Path) -> None:
    settings = Settings(
        database_url="memory://", home=str(tmp_path), secret_key=SECRET, cors_origins=["https://app.example.com"]
    )
    transport = httpx.ASGITransport(create_app(create_container(settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://atg.test") as client:
        asked = {"access-control-request-method": "PUT", "access-control-request-headers": "authorization"}
        ours = await client.options("/users/me", headers={"origin": "https://app.example.com", **asked})
        assert ours.headers["access-control-allow-origin"] == "https://app.example.com"
        assert "authorization" in ours.headers["access-control-allow-headers"].lower()
        reply = await client.get("/health", headers={"origin": "https://app.example.com"})
        assert reply.headers["access-control-allow-origin"] == "https://app.example.com"
        assert "ETag" in reply.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in reply.headers
        other = await client.get("/health", headers={"origin": "https://evil.example.com"})
        assert "access-control-allow-origin" not in other.headers


async def test_a_host_that_is_not_allowed_is_refused(tmp_path: Path) -> None:
    settings = Settings(
        database_url="memory://", home=str(tmp_path), secret_key=SECRET, allowed_hosts=["atg.example.com"]
    )
    transport = httpx.ASGITransport(create_app(create_container(settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.test") as client:
        assert (await client.get("/health")).status_code == 400
        assert (await client.get("/health", headers={"host": "atg.example.com"})).status_code == 200


async def test_more_requests_than_the_general_limit_are_refused_by_user_else_by_address(tmp_path: Path) -> None:
    settings = Settings(database_url="memory://", home=str(tmp_path), secret_key=SECRET, rate_limit=5)
    container = create_container(settings)
    transport = httpx.ASGITransport(create_app(container))
    async with httpx.AsyncClient(transport=transport, base_url="http://atg.test") as client:
        await sign_in(client, container)
        replies = [await client.get("/auth/me") for _ in range(6)]
        assert [reply.status_code for reply in replies] == [200] * 5 + [429]
        assert_problem(replies[-1], 429)
        assert replies[-1].headers["retry-after"]
        assert replies[-1].headers["ratelimit-remaining"] == "0"
        public = [(await client.get("/stations")).status_code for _ in range(6)]
        assert public == [200] * 5 + [429]
        assert (await client.get("/health")).status_code == 200


def test_no_member_of_a_body_has_the_name_of_a_dependency() -> None:
    """Litestar would take what is wrong with that member for a fault of ours, and answer 500."""
    api = create_api(create_container(Settings(database_url="memory://", secret_key=SECRET)))
    document = api.openapi_schema.to_schema()
    schemas = document["components"]["schemas"]
    bodies = {
        reference["$ref"].rpartition("/")[2]
        for path in document["paths"].values()
        for operation in path.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for reference in (content["schema"], *content["schema"].get("oneOf", ()))
        if "$ref" in reference
    }
    members = {member for name in bodies for member in schemas[name].get("properties", {})}
    assert {"asset_slug", "init_data", "password"} <= members
    assert not members & set(api.dependencies)
