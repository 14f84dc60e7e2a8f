"""`atg`: serving, migrating, importing, and an operator's first needs."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
import yaml

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_adapters.tabular.tables import TableFormat
from atg_core.identity.accounts import CreateAdmin
from atg_core.learning.model import Scope
from atg_core.learning.settling import Settle
from atg_entrypoints.cli import audit, conferencing, jobs
from atg_entrypoints.cli import demo as demonstration
from atg_entrypoints.cli.describing import describe_kind
from atg_entrypoints.cli.exporting import export_rows
from atg_entrypoints.cli.importing import OnError, Options, import_paths
from atg_entrypoints.cli.importing_files import import_tree
from atg_entrypoints.cli.running import fail, opened, run, settings_or_exit
from atg_entrypoints.container import create_container
from atg_entrypoints.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
database_app = typer.Typer(no_args_is_help=True, help="Looking at the database.")
stats_app = typer.Typer(no_args_is_help=True, help="Learners' progress and totals.")
users_app = typer.Typer(no_args_is_help=True, help="Accounts.")
app.add_typer(database_app, name="db")
app.add_typer(stats_app, name="stats")
app.add_typer(users_app, name="users")
app.add_typer(jobs.app, name="jobs")
app.add_typer(audit.app, name="audit")
app.add_typer(conferencing.app, name="conferencing")
app.command()(jobs.worker)

_GRACE_SECONDS = 30
# Longer than nginx (60) and httpx (5) keep a connection: a request never meets one that is being closed.
_IDLE_SECONDS = 75

Host = Annotated[str | None, typer.Option(help="Address to listen on, instead of ATG_HOST")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on, instead of ATG_PORT")]
Workers = Annotated[int | None, typer.Option(min=1, max=64, help="Processes, instead of ATG_WORKERS")]


@app.command()
def serve(host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve the HTTP API."""
    settings = _serving_settings(host, port, workers)
    run(_prepare(settings))
    _serve(settings)


@app.command()
def demo(host: Host = None, port: Port = None) -> None:
    """Serve the HTTP API over the example data; on an empty database they are imported first."""
    settings = _serving_settings(host, port, None)
    passwords = run(_prepare_demo(settings))
    address = f"http://{settings.host}:{settings.port}"
    typer.echo(f"API {address}   documentation {address}/docs   stations {address}/stations")
    typer.echo("Sign in at POST /auth/login as")
    for username, password in passwords.items():
        typer.echo(f"  {username:<12}{password}")
    sys.stdout.flush()
    _serve(settings)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    _with_database(schema.migrate)
    typer.echo("The database has the newest schema.")


@database_app.command("check")
def check_database() -> None:
    """Say whether the schema of the database matches the code."""
    differences = _with_database(schema.differences)
    for difference in differences:
        typer.echo(str(difference), err=True)
    if differences:
        fail("the schema of the database does not match the code; run `atg migrate`", 1)
    typer.echo("The schema of the database matches the code.")


@app.command("import")
def import_files(
    kind: Annotated[
        str,
        typer.Argument(help="The kind of rows, `all` for a folder of files named after kinds, `oneroster`, or `files`"),
    ],
    paths: Annotated[list[Path] | None, typer.Argument(help="CSV, JSONL or XLSX files, or the folder")] = None,
    *,
    describe: Annotated[bool, typer.Option("--describe", help="Print a template, and what it means")] = False,
    prefix: Annotated[str, typer.Option(help="For `files`: the folder of the object store")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing")] = False,
    on_error: Annotated[OnError, typer.Option(help="`skip` stores the good rows alone")] = OnError.STOP,
    report: Annotated[Path | None, typer.Option(dir_okay=False, help="Bad rows as CSV, to be corrected")] = None,
    given: Annotated[TableFormat | None, typer.Option("--format", help="By default what the name ends with")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Tell of bad rows alone")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON")] = False,
) -> None:
    """Import files in one transaction; what is there already is compared and only differences are stored.

    With `oneroster` a bundle of OneRoster 1.1 or 1.2 is imported, a folder or a ZIP file.
    With `files` a tree of documents is copied into the object store; again copies what is new or was changed.
    """
    if describe:
        describe_kind(kind)
        return
    if not paths:
        fail("no file is named")
    settings = settings_or_exit()
    if kind != "files":
        options = Options(
            dry=dry_run, skip=on_error is OnError.SKIP, report=report, given=given, quiet=quiet, as_json=as_json
        )
        run(import_paths(settings, kind, paths, options))
        return
    for folder in paths:
        run(import_tree(settings, folder, prefix))


@app.command("export")
def export(
    kind: Annotated[str, typer.Argument(help="The kind of rows")],
    with_hashes: Annotated[bool, typer.Option("--with-hashes", help="Of users: with the hashes of passwords")] = False,
) -> None:
    """Write a kind as CSV to standard output; importing it again changes nothing."""
    run(export_rows(settings_or_exit(), kind, with_hashes=with_hashes))


@stats_app.command("rebuild")
def rebuild_stats() -> None:
    """Draw all conclusions from what learners have done once more; nothing changes where they are right."""
    settings = settings_or_exit()

    async def work() -> None:
        async with opened(settings) as container:
            settle: Settle = container.settle()
            await settle(Scope())

    run(work())
    typer.echo("Progress, certificates and totals are those of the facts.")


@users_app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Option()],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input")],
) -> None:
    """Make an administrator."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    settings = settings_or_exit()

    async def work() -> None:
        async with opened(settings) as container:
            create: CreateAdmin = container.create_admin()
            await create(username, password)

    run(work())
    typer.echo(f"Administrator {username} made.")


@app.command()
def openapi(output: Annotated[Path, typer.Option(dir_okay=False)] = Path("docs/contracts/openapi.yaml")) -> None:
    """Write the description of the HTTP API."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(openapi_yaml(), encoding="utf-8")


def openapi_yaml() -> str:
    """The OpenAPI document as YAML; it depends on the code alone."""
    from atg_entrypoints.http.app import create_api  # noqa: PLC0415 - imports do not wait for the API

    settings = Settings(database_url="memory://", secret_key="-" * 32)
    schema_dict = create_api(create_container(settings)).openapi_schema.to_schema()
    return yaml.safe_dump(schema_dict, allow_unicode=True, sort_keys=False, width=120)


def _with_database[Result](work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Runs what is about the schema, and so needs a database that has one."""
    settings = settings_or_exit()
    if settings.in_memory:
        fail("ATG_DATABASE_URL: what is kept in memory has no schema")

    async def opened_and_closed() -> Result:
        database = Database(settings.database)
        try:
            return await work(database)
        finally:
            await database.close()

    return run(opened_and_closed())


def _serving_settings(host: str | None, port: int | None, workers: int | None) -> Settings:
    """Settings with the command's options, which the processes that serve read from the environment."""
    for name, value in (("ATG_HOST", host), ("ATG_PORT", port), ("ATG_WORKERS", workers)):
        if value is not None:
            os.environ[name] = str(value)
    return settings_or_exit()


async def _prepare(settings: Settings) -> None:
    async with opened(settings):
        pass


async def _prepare_demo(settings: Settings) -> dict[str, str]:
    async with opened(settings) as container:
        return await demonstration.import_examples(container, settings.home_path)


def _serve(settings: Settings) -> None:
    import uvicorn  # noqa: PLC0415 - imports do not wait for the server

    if settings.workers > 1:
        _share_metrics(settings.home_path / "metrics")
    # After its graceful shutdown uvicorn raises the signal once more; the process shall then end as it should, with 0.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "atg_entrypoints.http.asgi:create",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_IDLE_SECONDS,
    )


def _share_metrics(folder: Path) -> None:
    """Where prometheus-client adds up the numbers of several processes; those of an earlier start are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
