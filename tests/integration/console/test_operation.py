"""Operation at the console: the audit log, jobs, and settings."""

import re

import httpx

from atg_core.identity.model import Role
from atg_core.jobs.model import Arguments, JobKind, JobStatus, Work
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.conftest import SECRET
from tests.contracts.identity.audit import tamper
from tests.integration.console.browsing import enter
from tests.people import add_person

AUDIT, JOBS = "/app/admin/audit", "/app/admin/jobs"


async def test_the_audit_log_is_filtered_by_person_action_and_day(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    person = await add_person(stocked, "boris")
    await browser.post(f"/app/admin/people/{person}", data={"username": "boris", "role": "shop"})
    await browser.post(f"/app/admin/people/{person}/deactivate")
    for query, found in (
        ({"user_id": "boris"}, ["Учётная запись отключена", "Назначена другая роль"]),
        ({"user_id": str(person), "action": "role_changed"}, ["Назначена другая роль"]),
        ({"actor_id": "root", "user_id": "boris@example.com"}, ["Учётная запись отключена", "Назначена другая роль"]),
        ({"user_id": "boris", "end": "2020-01-01"}, []),
    ):
        page = await browser.get(AUDIT, params=query)
        table = page.text.partition("<tbody>")[2]
        shown = [word for word in ("Учётная запись отключена", "Назначена другая роль") if word in table]
        assert (page.status_code, shown) == (200, found), query
    assert f'href="/app/admin/people/{person}"' in (await browser.get(AUDIT)).text
    for query, field in (({"user_id": "nobody"}, "user_id"), ({"start": "yesterday"}, "start")):
        refused = await browser.get(AUDIT, params=query)
        assert (refused.status_code, f'id="fault-{field}"' in refused.text) == (400, True), query


async def test_the_file_of_the_audit_log_has_the_same_entries_and_runs_nothing(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    await browser.post("/app/sign-in", data={"login": "root", "password": "wrong"}, headers={"user-agent": "=cmd()"})
    page = (await browser.get(AUDIT, params={"action": "sign_in_failed"})).text
    file = await browser.get(re.findall(r'href="(/app/api/admin/audit.csv[^"]*)"', page)[0])
    assert (file.status_code, file.text.count("sign_in_failed")) == (200, 1)
    assert "'=cmd()" in file.text


async def test_a_log_that_was_changed_is_told(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    fine = await browser.post(f"{AUDIT}/verify")
    assert "Журнал не изменялся" in fine.text
    [event, *_] = await rows_of(stocked, "audit_events")
    await tamper(stocked, "audit_events", event["id"], ip_address="203.0.113.9")
    bad = await browser.post(f"{AUDIT}/verify")
    assert "Журнал изменён" in bad.text
    assert "Эту запись изменили позже." in bad.text
    assert str(event["id"]) in bad.text
    assert (await browser.get(f"{AUDIT}/verify")).headers["location"] == AUDIT


async def test_a_job_that_failed_is_shown_with_its_fault_and_tried_again(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    assert "всё, что требовалось, сделано" in (await browser.get(JOBS, params={"status": "dead"})).text
    jobs = stocked.jobs()

    async def fail(_: Arguments) -> None:
        raise ValueError("the <b>disk</b> is full")

    await jobs.enqueue("write_report", {"email": "secret@example.com"})
    await jobs.run(Work(kinds=(JobKind(name="write_report", handler=fail, max_tries=1),)), until_idle=True)
    [job] = await jobs.listed(status=JobStatus.DEAD)
    assert job.status is JobStatus.DEAD
    page = (await browser.get(JOBS, params={"status": "dead"})).text
    assert "write_report" in page
    assert "the &lt;b&gt;disk&lt;/b&gt; is full" in page
    assert "secret@example.com" not in page
    assert "write_report" not in (await browser.get(JOBS, params={"status": "running"})).text
    assert (await browser.post(f"{JOBS}/{job.id}/retry")).headers["location"] == f"{JOBS}?done=one"
    assert job.id in [each.id for each in await jobs.listed(status=JobStatus.WAITING)]
    for number in (str(job.id), "x"):
        assert (await browser.post(f"{JOBS}/{number}/retry")).headers["location"] == f"{JOBS}?done=late"
    assert (await browser.post(f"{JOBS}/retry")).headers["location"] == f"{JOBS}?done=all"


async def test_settings_are_shown_without_secrets(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    page = (await browser.get("/app/admin/settings")).text
    assert "ATG_SECRET_KEY" in page
    assert "задано, не показывается" in page
    assert SECRET not in page
