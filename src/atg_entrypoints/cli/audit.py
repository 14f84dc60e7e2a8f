"""`atg audit`: the trail of who did what, for whoever has to keep or to check it."""

import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from atg_core.csv_injection import escape_formula
from atg_core.identity.audit import AuditEvent
from atg_core.identity.audit_chain import AuditLog, AuditQuery, Verdict
from atg_entrypoints.cli.command import fail, run, settings_or_exit
from atg_entrypoints.cli.opening import opened
from atg_entrypoints.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Who did what.")
_HEADERS = [field.name for field in fields(AuditEvent)]


class Form(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


@app.command("export")
def export_trail(
    start: Annotated[str | None, typer.Option("--from", help="From this day, or time, on (ATG_TIMEZONE)")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Before this day, or time")] = None,
    form: Annotated[Form, typer.Option("--format")] = Form.JSONL,
) -> None:
    """Write the trail to standard output, oldest first: a JSON object a line, or CSV."""
    settings = settings_or_exit()
    query = AuditQuery(start=_moment("--from", start, settings.zone), end=_moment("--to", end, settings.zone))
    run(_export(settings, query, form))


@app.command("verify")
def verify_trail() -> None:
    """Say whether the trail is as it was written; keep what it prints elsewhere, to compare with the next time."""
    settings = settings_or_exit()

    async def work() -> Verdict:
        async with opened(settings) as container:
            await container.seal_audit()()
            verdict: Verdict = await container.verify_audit()()
            return verdict

    verdict = run(work())
    if verdict.fault:
        fail(f"event {verdict.event_id} {verdict.fault}; {verdict.sealed} events before it are as they were", 1)
    typer.echo(f"{verdict.sealed} events are as they were written; the last seal is {verdict.last.hex()}.")


def _moment(option: str, text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{option}: {text!r} is no date and no date with a time, such as 2026-03-02 or 2026-03-02T08:00Z")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


async def _export(settings: Settings, query: AuditQuery, form: Form) -> None:
    """Writes UTF-8 whatever the terminal's encoding."""
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    write = _writing_csv() if form is Form.CSV else _write_lines
    async with opened(settings) as container:
        trail: AuditLog = container.audit_log()
        async for events in trail.all_events(query):
            write(events)


def _write_lines(events: Sequence[AuditEvent]) -> None:
    for event in events:
        sys.stdout.write(msgspec.json.encode(event).decode() + "\n")


def _writing_csv() -> Callable[[Sequence[AuditEvent]], None]:
    writer = csv.writer(sys.stdout)
    writer.writerow(_HEADERS)

    def write(events: Sequence[AuditEvent]) -> None:
        for event in events:
            row = msgspec.to_builtins(asdict(event))
            writer.writerow(escape_formula(str(row[name])) if row[name] is not None else "" for name in _HEADERS)

    return write
