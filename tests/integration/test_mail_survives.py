"""Promo code emails are sent in spite of killed workers and mail server faults (spec: campaigns, Rules)."""

import asyncio
import os
import random
import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from atg_core.clock import utc_now
from atg_core.words import Language
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import arrange, rows_of
from tests.conftest import SECRET
from tests.integration.running import ATG, free_port
from tests.job_queues import until
from tests.mailed import do_jobs
from tests.smtp import DROP, SmtpServer, Step

_STEPS: list[Step] = ["connect", "body", "accepted", "quit"]
_LEASE = 2


@pytest.fixture
async def container(database_url: str, tmp_path: Path) -> AsyncIterator[Container]:
    settings = Settings(
        database_url=database_url,
        home=str(tmp_path),
        secret_key=SECRET,
        smtp_url=f"smtp://127.0.0.1:{free_port()}",
        job_lease=_LEASE,
    )
    container = create_container(settings)
    await arrange(container, assets=[{"slug": "a", "name": "А"}])
    yield container
    await close(container)


async def want_mails(container: Container, number: int) -> list[str]:
    """So many visitors complete the set and leave an email; gives the addresses."""
    addresses = [f"visitor-{each}@example.com" for each in range(number)]
    for address in addresses:
        session = await container.start_session()("default")
        await container.view_asset()(session.id, "a")
        await container.submit_email()(session.id, address, Language.RU)
    return addresses


async def all_sent(container: Container) -> bool:
    return all(row["sent_at"] for row in await rows_of(container, "promo_codes"))


def worker(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    variables = {
        "PATH": os.environ["PATH"],
        "ATG_DATABASE_URL": settings.database,
        "ATG_SECRET_KEY": settings.secret_key,
        "ATG_HOME": settings.home,
        "ATG_SMTP_URL": settings.smtp_url,
        "ATG_JOB_LEASE": str(settings.job_lease),
        "ATG_AUTO_MIGRATE": "false",
    }
    with log.open("ab") as output:
        return subprocess.Popen([ATG, "worker"], env=variables | {"ATG_WORKER_PORT": "0"}, stdout=output, stderr=output)


async def test_workers_that_are_killed_at_any_point_lose_no_mail(container: Container, tmp_path: Path) -> None:
    """G9, O7: each mail is sent at least once, and twice only with the same Message-ID; nothing is stuck."""
    settings: Settings = container.settings()
    addresses = await want_mails(container, 40)
    plan: list[Step | float] = [*_STEPS, random.uniform(0, 0.1), random.uniform(0, 0.1)]
    kills = len(plan)
    with SmtpServer(port=int(settings.smtp_url.rpartition(":")[2])) as server:
        running: list[subprocess.Popen[bytes]] = []
        dead = Event()

        def kill(step: Step) -> str | None:
            if not plan or dead.is_set() or plan[0] not in (step, *(each for each in plan[:1] if each not in _STEPS)):
                return None
            moment = plan.pop(0)
            if isinstance(moment, float):
                dead.wait(moment)
            running[-1].kill()
            dead.set()
            return DROP

        server.hook = kill
        while plan:
            dead.clear()
            running.append(worker(settings, tmp_path / "worker.log"))
            while running[-1].poll() is None:
                await asyncio.sleep(0.02)
        running.append(worker(settings, tmp_path / "worker.log"))
        try:
            await until(lambda: all_sent(container), 30)
            await until(lambda: _is_idle(container), 10)
        finally:
            running[-1].terminate()
            assert running[-1].wait(timeout=20) == 0
        assert {letter.recipient for letter in server.received} == set(addresses)
        assert len(server.received) <= len(addresses) + kills
        assert len({letter.message["Message-ID"] for letter in server.received}) == len(addresses)
    assert all(row["sent_at"] for row in await rows_of(container, "promo_mails"))
    sent = [row for row in await rows_of(container, "view_events") if row["event_type"] == "promo_sent"]
    assert len(sent) == len(addresses)
    assert "Traceback" not in (tmp_path / "worker.log").read_text(encoding="utf-8")


async def _is_idle(container: Container) -> bool:
    return not [job for job in await container.jobs().listed() if job.kind == "send_promocode_email"]


async def test_a_mail_server_that_is_away_delays_mails_which_then_go_in_order_of_age(container: Container) -> None:
    settings: Settings = container.settings()
    first = await want_mails(container, 5)
    working = asyncio.create_task(container.jobs().run(container.work()))
    try:
        await asyncio.sleep(1.5)
        [waiting] = [backlog for backlog in await container.jobs().backlog() if backlog.kind == "send_promocode_email"]
        assert (waiting.waiting, waiting.dead) == (5, 0)
        with SmtpServer(port=int(settings.smtp_url.rpartition(":")[2])) as server:
            await until(lambda: all_sent(container), 20)
            assert [letter.recipient for letter in server.received] == first
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_an_address_that_is_put_off_or_refused_does_not_hold_up_the_others(container: Container) -> None:
    settings: Settings = container.settings()
    addresses = await want_mails(container, 4)
    with SmtpServer(port=int(settings.smtp_url.rpartition(":")[2])) as server:
        answers = iter(["450 4.2.1 later", "550 5.1.1 nobody"])
        server.hook = lambda step: next(answers, None) if step == "rcpt" else None
        await do_jobs(container)
        assert [letter.recipient for letter in server.received] == addresses[2:]
        [aside] = await container.jobs().listed()
        assert timedelta(seconds=30) < aside.run_at - utc_now() < timedelta(minutes=1)
        await container.send_promo_code()(aside.arguments)
        assert server.received[-1].recipient == addresses[0]
    refused = [row for row in await rows_of(container, "promo_mails") if row["refused_at"]]
    assert [row["email"] for row in refused] == [addresses[1]]
    assert [row["sent_at"] for row in refused] == [None]
