"""`python -m tests.integration.hanging_worker URL SECONDS` begins a job, says so, and does not end it.

The job may take an hour; the worker's lease is as many seconds.
"""

import asyncio
import sys
from datetime import timedelta

from atg_adapters.sql.database import Database
from atg_core.jobs.model import Arguments
from tests.job_queues import jobs_over, work


async def hang(_arguments: Arguments) -> None:
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    await asyncio.sleep(3600)


if __name__ == "__main__":
    database = Database(sys.argv[1])
    asyncio.run(jobs_over(database, lease=timedelta(seconds=float(sys.argv[2]))).run(work(hang, max_seconds=3600)))
