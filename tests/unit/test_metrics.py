"""Metrics of mail and of tries of jobs, and of an installation whose database says nothing."""

import asyncio
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from atg_adapters.memory.mailer import MemoryMailer
from atg_adapters.prometheus.jobs import count_try
from atg_adapters.prometheus.mailer import CountingMailer
from atg_core.clock import utc_now
from atg_core.jobs.model import Arguments, JobKind, Work
from atg_core.mailing.model import MailAway, MailDeferred, MailRefused, Message
from atg_core.operations import OperationsState
from atg_entrypoints.metrics import Metrics
from tests.contracts.mailer import message
from tests.scraping import scraped, value


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


class Failing:
    """`Mailer`"""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def send(self, _message: Message) -> None:
        raise self.error


async def test_mail_that_is_taken_is_counted() -> None:
    before, kept = count("atg_mail_sent_total"), MemoryMailer()
    await CountingMailer(kept).send(message())
    assert [each.key for each in kept.sent] == [message().key]
    assert count("atg_mail_sent_total") == before + 1


@pytest.mark.parametrize(
    ("error", "reason"), [(MailAway(), "away"), (MailDeferred(), "deferred"), (MailRefused(), "refused")]
)
async def test_mail_that_is_not_taken_is_counted_by_the_reason(error: Exception, reason: str) -> None:
    before, sent = count("atg_mail_failed_total", reason=reason), count("atg_mail_sent_total")
    with pytest.raises(type(error)):
        await CountingMailer(Failing(error)).send(message())
    assert count("atg_mail_failed_total", reason=reason) == before + 1
    assert count("atg_mail_sent_total") == sent


async def nothing(_arguments: Arguments) -> None:
    pass


@pytest.mark.parametrize(
    ("error", "tries", "end"),
    [
        (None, 1, "done"),
        (ValueError(), 1, "failed"),
        (ValueError(), 2, "dead"),
        (asyncio.CancelledError(), 1, "stopped"),
    ],
)
def test_tries_of_jobs_are_counted_by_their_end(error: BaseException | None, tries: int, end: str) -> None:
    kind = JobKind(name="counted", handler=nothing, max_tries=2, max_pause=timedelta(0))
    before, times = (
        count("atg_job_tries_total", kind="counted", end=end),
        count("atg_job_seconds_count", kind="counted"),
    )
    with pytest.raises(type(error)) if error else nullcontext(), count_try(kind, tries):
        if error:
            raise error
    assert count("atg_job_tries_total", kind="counted", end=end) == before + 1
    assert count("atg_job_seconds_count", kind="counted") == times + 1


class Silent:
    """`OperationsQueries` of a database that hangs after it has answered that it is there."""

    async def state(self) -> OperationsState:
        await asyncio.sleep(60)
        raise AssertionError


async def test_what_hangs_is_left_out_and_the_rest_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atg_entrypoints.metrics._SECONDS_TO_ANSWER", 0.05)
    monkeypatch.setattr("atg_entrypoints.health._SECONDS_TO_ANSWER", 0.05)

    async def answer() -> None:
        pass

    async def hang() -> None:
        await asyncio.sleep(60)

    checks = {"database": answer, "schema": answer, "store": hang}
    metrics = Metrics(checks, lambda: Work(kinds=()), Silent(), lambda: None, utc_now)
    async with asyncio.timeout(5):
        scrape = scraped((await metrics.text()).decode())
    assert (value(scrape, "atg_part_up", part="database"), value(scrape, "atg_part_up", part="store")) == (1, 0)
    assert not [name for name, _ in scrape if name.startswith(("atg_jobs_", "atg_audit_"))]


async def test_a_file_of_numbers_that_is_not_begun_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A process that is killed as it starts leaves one behind."""
    (tmp_path / "gauge_livesum_999999.db").touch()
    (tmp_path / "counter_999999.db").touch()
    begun = MmapedDict(str(tmp_path / "counter_1.db"))
    begun.write_value(mmap_key("taken_total", "taken_total", (), (), "Taken."), 7, 0)
    begun.close()  # type: ignore[no-untyped-call]
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    metrics = Metrics({}, lambda: Work(kinds=()), Silent(), lambda: None, utc_now)
    monkeypatch.setattr("atg_entrypoints.metrics._SECONDS_TO_ANSWER", 0.05)
    scrape = scraped((await metrics.text()).decode())
    assert value(scrape, "taken_total") == 7
