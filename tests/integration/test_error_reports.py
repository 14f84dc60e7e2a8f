"""What Sentry is told: bugs and jobs that were given up, without anything that somebody has sent."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import get

from atg_adapters.sentry.reports import ErrorReports
from atg_core.jobs.model import Arguments, JobKind
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.http.app import create_api, finished
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.logs import configure_logs
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.integration.command import logs_restored
from tests.job_queues import jobs_over, work
from tests.receivers import reported

PASSWORD = "2retnuh"[::-1]
"""Not as it stands here: an event has the source around the line that failed."""
SENT = f"anna@example.org {PASSWORD}"


def fail(secret: str) -> None:
    password = secret
    raise ValueError(f"refused: {password}")


async def fail_always(_arguments: Arguments) -> None:
    fail(SENT)


@get("/boom", policy=PUBLIC)
async def boom() -> None:
    fail(SENT)


def assert_says_nothing_of_anybody(event: dict[str, Any]) -> None:
    text = json.dumps(event)
    assert PASSWORD not in text
    assert {name for name in ("request", "user", "extra") if event.get(name)} == set()
    assert not event.get("breadcrumbs", {}).get("values")
    [exception] = event["exception"]["values"]
    assert (exception["type"], exception["value"]) == ("ValueError", "")
    assert exception["stacktrace"]["frames"][-1]["function"] == "fail"
    assert not any(frame.get("vars") for frame in exception["stacktrace"]["frames"])


async def test_a_bug_that_a_request_meets_is_reported_by_its_type_and_place(tmp_path: Path) -> None:
    with reported() as (dsn, events), logs_restored():
        configure_logs("INFO", "json")
        settings = Settings(database_url="memory://", secret_key=SECRET, home=str(tmp_path), sentry_dsn=dsn)
        container = create_container(settings)
        reports = container.error_reports()
        api = create_api(container, [boom])
        transport = httpx.ASGITransport(app=finished(api, api))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            headers = {"x-request-id": "the-one", "authorization": f"Bearer {SENT}"}
            reply = await client.get(f"/boom?token={SENT}", headers=headers)
            assert reply.status_code == 500
            assert (await client.get("/nothing")).status_code == 404
        logging.getLogger("atg.http").removeHandler(reports)
        await close(container)
    [event] = events
    assert event["tags"] == {"request_id": "the-one"}
    assert (event["environment"], event["release"][:4]) == ("development", "atg@")
    assert_says_nothing_of_anybody(event)


async def test_a_job_is_reported_when_it_is_given_up(container: Container) -> None:
    with reported() as (dsn, events):
        reports = ErrorReports(dsn, environment="testing", release="atg@1")
        jobs = jobs_over(container.database(), watches=lambda: [reports.watch])
        await jobs.enqueue("note", {"secret": SENT})
        await jobs.run(work(fail_always, max_tries=1), until_idle=True)
        await reports.aclose()
    [event] = events
    assert event["tags"] == {"kind": "note", "tries": 1}
    assert (event["environment"], event["release"]) == ("testing", "atg@1")
    assert_says_nothing_of_anybody(event)


@pytest.fixture
def reports() -> Iterator[ErrorReports]:
    with reported() as (dsn, events):
        yield ErrorReports(dsn, environment="testing", release="atg@1")
    assert events == []


async def test_a_try_that_comes_again_is_not_reported(reports: ErrorReports) -> None:
    kind = JobKind(name="note", handler=fail_always, max_tries=2)
    with pytest.raises(ValueError, match="refused"), reports.watch(kind, 1):
        fail(SENT)
    await reports.aclose()
