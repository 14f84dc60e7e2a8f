"""`atg doctor`: what is configured, what answers, and what to do."""

from typing import Annotated

import typer
from msgspec import json

from atg_entrypoints.cli.command import fail, run, settings_or_exit
from atg_entrypoints.container import close, create_container
from atg_entrypoints.doctor import Finding, Status, examine
from atg_entrypoints.settings import Settings

app = typer.Typer()
FAILED = 1


@app.command("doctor")
def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False) -> None:
    """Say what is configured, what answers, and what to do; ends with 1 if something that is needed does not work."""
    settings = settings_or_exit()
    if settings.in_memory:
        fail("ATG_DATABASE_URL: what is kept in memory is that of the process that serves")
    if run(_examine(settings, as_json)):
        raise typer.Exit(FAILED)


async def _examine(settings: Settings, as_json: bool) -> bool:
    """Whether something failed. What is found is printed at once: some parts take their time to answer."""
    container, has_failed = create_container(settings), False
    try:
        async for finding in examine(container):
            typer.echo(json.encode(_told(finding)).decode() if as_json else _line(finding))
            has_failed |= finding.status is Status.FAILED
    finally:
        await close(container)
    return has_failed


def _told(finding: Finding) -> dict[str, str]:
    names = ("part", "status", "text", "advice")
    return {name: getattr(finding, name) for name in names}


def _line(finding: Finding) -> str:
    advice = f"\n{'':26}→ {finding.advice}" if finding.advice else ""
    return f"{finding.status.value:<8}  {finding.part:<15} {finding.text}{advice}"
