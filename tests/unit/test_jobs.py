"""The job queue in memory, and the backoff between tries."""

from datetime import UTC, datetime, timedelta

import pytest

from atg_adapters.jobs.cron import last_time
from atg_core.jobs.model import MAX_NAME_LENGTH, Arguments, JobKind
from tests.contracts.job_leases import JobLeasesContract
from tests.contracts.job_worker import JobWorkerContract
from tests.contracts.jobs import JobQueueContract


class TestMemoryJobs(JobLeasesContract, JobWorkerContract, JobQueueContract):
    pass


async def nothing(_arguments: Arguments) -> None:
    pass


def test_pauses_double_up_to_the_longest_and_end_with_the_last_try() -> None:
    kind = JobKind(name="note", handler=nothing, max_tries=7, max_pause=timedelta(seconds=20))
    pauses = [kind.pause_after(tries) for tries in range(1, 8)]
    assert pauses == [*(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 16, 20)), None]


@pytest.mark.parametrize("name", ["", "x" * (MAX_NAME_LENGTH + 1)])
def test_the_name_of_a_kind_fits_a_channel(name: str) -> None:
    with pytest.raises(ValueError, match="40"):
        JobKind(name=name, handler=nothing)


@pytest.mark.parametrize("seconds", [0, -1.0])
def test_a_try_of_a_kind_takes_some_time(seconds: float) -> None:
    with pytest.raises(ValueError, match="longer"):
        JobKind(name="note", handler=nothing, max_seconds=seconds)


def test_the_last_time_is_now_if_it_is_one() -> None:
    time = datetime(2026, 3, 1, 12, 17, tzinfo=UTC)
    assert last_time("17 * * * *", time) == time
    assert last_time("17 * * * *", time - timedelta(seconds=1)) == time - timedelta(hours=1)
