"""`atg jobs`: background jobs that wait or were given up."""

from typing import Annotated

import msgspec
import typer

from atg_core.jobs.model import Job, JobStatus
from atg_entrypoints.cli.command import fail, run, settings_or_exit
from atg_entrypoints.cli.opening_database import opened_database
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.job_queue import job_queue_on

app = typer.Typer(no_args_is_help=True, help="Background jobs.")

Status = Annotated[JobStatus | None, typer.Option(help="Only these")]
Limit = Annotated[int, typer.Option(min=1, help="At most as many, the oldest first")]


@app.command("list")
def list_jobs(
    *,
    status: Status = None,
    limit: Limit = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """Show the jobs that are not done, oldest first; a dead one with its error."""

    async def listed(settings: Settings) -> None:
        async with opened_database(settings) as database:
            for job in await job_queue_on(database, settings).listed(status=status, limit=limit):
                typer.echo(msgspec.json.encode(job) if as_json else _line(job))

    run(listed(settings_with_database()))


@app.command("retry")
def retry_jobs(
    job_id: Annotated[int | None, typer.Argument(metavar="ID", help="The number of a dead job")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every dead job")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print how many are due again as JSON")] = False,
) -> None:
    """Try dead jobs again."""
    if (job_id is None) is not every:
        fail("give the number of a job, or --all")

    async def retried(settings: Settings) -> int:
        async with opened_database(settings) as database:
            jobs = job_queue_on(database, settings)
            if job_id is None:
                return await jobs.retry_all()
            await jobs.retry(job_id)
            return 1

    number = run(retried(settings_with_database()))
    told = f"{number} {'job is' if number == 1 else 'jobs are'} due again."
    typer.echo(msgspec.json.encode({"retried": number}) if as_json else told)


def _line(job: Job) -> str:
    time = job.run_at.isoformat(timespec="seconds")
    error = "".join(sign if sign.isprintable() else " " for sign in job.error or "")
    return f"{job.id:>8}  {job.status:<8}  {job.kind:<24}  {job.tries:>3}  {time}  {error}".rstrip()


def settings_with_database() -> Settings:
    settings = settings_or_exit()
    if settings.in_memory:
        fail("ATG_DATABASE_URL: jobs that are kept in memory are those of the process that serves")
    return settings
