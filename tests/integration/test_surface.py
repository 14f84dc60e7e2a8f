"""What holds for every route: problems, headers, ETags, health, metrics, documentation."""

import re
from datetime import timedelta

import httpx
import pytest
from dependency_injector import providers
from litestar import Litestar, get
from litestar.exceptions import ImproperlyConfiguredException
from msgspec import structs

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints import browser_packages
from atg_entrypoints.container import Container, create_container
from atg_entrypoints.http.app import create_api
from atg_entrypoints.http.policy import Policy, PolicyPlugin
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.conftest import SECRET, optional
from tests.contracts.files.object_store import put
from tests.people import sign_in
from tests.problems import assert_problem


@pytest.fixture
def stocked_url() -> str:
    return "memory://"


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
    assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


async def test_options_tell_every_method_of_a_path(client: httpx.AsyncClient) -> None:
    """Whatever the order is in which they were registered."""
    reply = await client.options("/courses")
    assert (reply.status_code, reply.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


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


async def test_the_address_says_what_is_there(client: httpx.AsyncClient) -> None:
    told = (await client.get("/")).json()
    assert told == (await client.get("/info")).json() == (await client.get("/info/")).json()
    assert (told["name"], told["status"]) == ("ATG", "running")
    assert {"shop", "campaigns", "files"} <= set(told["contexts"])
    for path in (told["docs"], told["openapi"], told["health"]):
        assert (await client.get(path, follow_redirects=True)).status_code == 200, path


async def test_health_is_as_the_frontend_reads_it(client: httpx.AsyncClient) -> None:
    body = (await client.get("/health")).json()
    for path in ("/health/", "/api/health", "/api/health/"):
        assert (await client.get(path)).json().keys() == body.keys(), path
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


async def test_metrics_count_what_is_refused_by_the_status_of_the_refusal(client: httpx.AsyncClient) -> None:
    async def counts() -> dict[str, float]:
        text = (await client.get("/metrics")).text
        found = re.findall(r'^atg_requests_total\{.*path="/auth/me",status_code="(\d+)"\} (\S+)$', text, re.MULTILINE)
        return {status: float(number) for status, number in found}

    before = await counts()
    assert (await client.get("/auth/me")).status_code == 401
    after = await counts()
    assert after["401"] == before.get("401", 0) + 1
    assert after.get("200", 0) == before.get("200", 0)


async def test_metrics_are_for_whoever_has_their_token(client: httpx.AsyncClient, stocked: Container) -> None:
    settings, token = stocked.settings(), "m" * 40
    stocked.settings.override(providers.Object(structs.replace(settings, metrics_token=token)))
    for given in (None, "Bearer x", f"Basic {token}", f"Bearer {token}x"):
        refused = await client.get("/metrics", headers={"Authorization": given} if given else {})
        assert (refused.status_code, "atg_" in refused.text) == (401, False)
    shown = await client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert (shown.status_code, "atg_jobs_waiting" in shown.text) == (200, True)
    stocked.settings.override(providers.Object(structs.replace(settings, env="production")))
    assert (await client.get("/metrics")).status_code == 404


async def test_no_shared_cache_keeps_a_reply_and_no_cache_one_with_a_token(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    """RFC 9111, section 5.2.2."""
    assert (await client.get("/stations")).headers["cache-control"] == "private, no-cache"
    await put(stocked.object_store(), "public/a.pdf", content_type="application/pdf")
    await sign_in(client, stocked, role=Role.ADMIN)
    topic = (await rows_of(stocked, "topics"))[0]["id"]
    for method, path in (
        *(("POST", path) for path in ("/auth/login", "/auth/refresh", "/auth/enter", "/schedule/calendar/token")),
        *(("GET", f"/files/{path}?key=public/a.pdf") for path in ("presign", "stream-token", "folder-contents")),
        *(("GET", path) for path in (f"/topics/{topic}", "/schedule/lessons")),
    ):
        reply = await client.request(method, path, json={} if method == "POST" else None)
        assert reply.headers["cache-control"] == "no-store", path


async def test_metrics_show_the_jobs_of_every_kind(client: httpx.AsyncClient, stocked: Container) -> None:
    due = utc_now() - timedelta(minutes=1)
    await stocked.jobs().enqueue("some_kind", {}, not_before=due)
    text = (await client.get("/metrics")).text
    passed = (utc_now() - due).total_seconds()
    assert 'atg_jobs_waiting{kind="some_kind"} 1.0' in text
    oldest = re.search(r'atg_jobs_oldest_seconds\{kind="some_kind"\} (\S+)', text)
    assert oldest
    assert 59 < float(oldest[1]) < passed + 1, "the clocks of the process and of a database differ a little"
    assert 'atg_jobs_dead{kind="clean_uploads"} 0.0' in text


async def test_the_documentation_needs_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    if not browser_packages.are_there():
        optional("browser", "what browsers load was not fetched by npm")
    page = (await client.get("/docs")).text
    sources = re.findall(r'(?:src|href|url)(?:=|: )"([^"]+)"', page + (await client.get("/docs/start.js")).text)
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
