"""Background jobs: what waits, runs, or was given up and why; and trying again."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.jobs.model import JobStatus
from atg_core.jobs.ports import JobNotFound, JobQueue
from atg_core.words import phrase
from atg_entrypoints.console.administration.asked import JOBS, Asked, DoneQuery, TextQuery, sections_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import serial_or

_MOST = 100
_STATUSES = {
    JobStatus.DEAD: phrase("Failed for good"),
    JobStatus.WAITING: phrase("Waiting"),
    JobStatus.RUNNING: phrase("Running"),
}
_DONE = {
    "one": phrase("The job is due again"),
    "all": phrase("All failed jobs are due again"),
    "late": phrase("This job has not failed, or is done by now"),
}

Queue = NamedDependency[SkipValidation[JobQueue]]


@get("/admin/jobs", policy=ADMIN)
async def show_jobs(request: Asked, jobs: Queue, status: TextQuery = "", done: DoneQuery = "") -> Response[str]:
    """The oldest hundred, all or of one state; and how many there are."""
    chosen = JobStatus(status) if status in set(JobStatus) else None
    found = await jobs.listed(status=chosen, limit=_MOST + 1)
    backlog = await jobs.backlog()
    values = {
        "waiting": sum(each.waiting for each in backlog),
        "running": sum(each.running for each in backlog),
        "dead": sum(each.dead for each in backlog),
        "oldest": round(max((each.oldest_seconds for each in backlog), default=0)),
        "found": found[:_MOST],
        "has_more": len(found) > _MOST,
        "most": _MOST,
        "status": chosen,
        "statuses": _STATUSES,
        "sections": sections_of(request),
        "done": _DONE.get(done),
        "back": JOBS,
    }
    return page(request, "administration/jobs", values)


@post("/admin/jobs/retry", policy=ADMIN, status_code=HTTPStatus.OK)
async def retry_all_jobs(jobs: Queue) -> Response[Any]:
    await jobs.retry_all()
    return led_to(f"{JOBS}?done=all")


@post("/admin/jobs/{job_id:str}/retry", policy=ADMIN, status_code=HTTPStatus.OK)
async def retry_job(job_id: FromPath[str], jobs: Queue) -> Response[Any]:
    """Two may ask at once: whoever is late is told so."""
    try:
        await jobs.retry(serial_or(JobNotFound, job_id))
    except JobNotFound:
        return led_to(f"{JOBS}?done=late")
    return led_to(f"{JOBS}?done=one")


HANDLERS: Sequence[BaseRouteHandler] = (show_jobs, retry_all_jobs, retry_job)
