"""`atg conferencing`: how many accounts are needed, and the key that their credentials are encrypted with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from atg_adapters.matplotlib.capacity_chart import draw_capacity_chart
from atg_adapters.matplotlib.figures import ChartFormat
from atg_core.conferencing.capacity import Demand, Span, demand_of
from atg_core.conferencing.ports import ConferenceProviderFailed
from atg_core.identity.second_factor import SecretUnreadable
from atg_entrypoints.cli.command import fail, run, settings_or_exit
from atg_entrypoints.cli.opening import opened
from atg_entrypoints.container import Container
from atg_entrypoints.planned_spans import planned_spans
from atg_entrypoints.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The pool of conference accounts.")

_DAYS, _MOST_DAYS = 28, 3660
_DAY = timedelta(days=1)
_DATE = ["%Y-%m-%d"]
_EARLIEST, _LATEST = date(1970, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """From one day to another, both included, of a time zone."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        return self._midnight(self.last + _DAY)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def __str__(self) -> str:
        return f"from {self.first} to {self.last} ({self.zone})"


@app.command("plan")
def plan(
    *,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=_DATE, metavar="DATE", help="The first day (of ATG_TIMEZONE), by default today"),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=_DATE, metavar="DATE", help=f"The last day, by default of {_DAYS} days"),
    ] = None,
    early: Annotated[int, typer.Option(min=0, max=1440, help="By how many minutes teachers start too soon")] = 0,
    late: Annotated[int, typer.Option(min=0, max=1440, help="By how many minutes they end too late")] = 0,
    chart: Annotated[Path | None, typer.Option(dir_okay=False, help="A picture to write, .png or .svg")] = None,
) -> None:
    """Play the planned lessons: how many there are at once, and how many a pool of each size would refuse."""
    settings = _settings()
    days = _days(first, last, settings.zone)
    chart_format = _format(chart) if chart else ChartFormat.PNG
    spans, places = run(_read(settings, days))
    demand = demand_of(spans, early=timedelta(minutes=early), late=timedelta(minutes=late))
    for line in _lines(demand, days, places):
        typer.echo(line)
    if chart:
        _write(chart, draw_capacity_chart(demand, chart_format, zone=days.zone, places=places))


@app.command("rotate-credentials")
def rotate_credentials() -> None:
    """Encrypt credentials of accounts and second factors with the first key of ATG_CREDENTIALS_KEY."""
    settings = _settings()

    async def resealed() -> int:
        async with opened(settings) as container:
            try:
                number: int = await container.reseal_credentials()()
            except ConferenceProviderFailed:
                fail("ATG_CREDENTIALS_KEY: none of the keys opens the credentials of an account; nothing was changed")
            try:
                await container.reseal_second_factors()()
            except SecretUnreadable:
                fail("ATG_CREDENTIALS_KEY: none of the keys opens a second factor; no second factor was changed")
            return number

    number = run(resealed())
    typer.echo(f"The credentials of {number} {'account' if number == 1 else 'accounts'} have the first key.")


def _settings() -> Settings:
    settings = settings_or_exit()
    if settings.in_memory:
        fail("ATG_DATABASE_URL: lessons and accounts that are kept in memory are those of the process that serves")
    return settings


def _days(first: datetime | None, last: datetime | None, zone: ZoneInfo) -> _Days:
    begin = first.date() if first else datetime.now(zone).date()
    if not _EARLIEST <= begin <= _LATEST:
        fail(f"--from: is from {_EARLIEST} to {_LATEST}")
    end = last.date() if last else begin + (_DAYS - 1) * _DAY
    if end < begin:
        fail(f"--to: is before {begin}, the first day")
    if (end - begin).days >= _MOST_DAYS:
        fail(f"--to: there may be {_MOST_DAYS} days at most")
    return _Days(first=begin, last=end, zone=zone)


def _format(chart: Path) -> ChartFormat:
    try:
        return ChartFormat(chart.suffix.lower().removeprefix("."))
    except ValueError:
        fail(f"--chart: the name ends in neither .{' nor .'.join(ChartFormat)}")


async def _read(settings: Settings, days: _Days) -> tuple[list[Span], int]:
    """The lessons that begin on these days, and how many places the pool has now."""
    async with opened(settings) as container:
        spans = await planned_spans(container.show_calendar(), days.start, days.end)
        return spans, await _places(container)


async def _places(container: Container) -> int:
    now = container.clock()()
    return int((await container.conferencing_queries().usage(now - _DAY, now, now)).places)


def _lines(demand: Demand, days: _Days, places: int) -> Iterator[str]:
    yield f"Lessons {days}: {demand.lessons}"
    if demand.peak_at:
        yield f"At most at once: {demand.peak}, first on {demand.peak_at.astimezone(days.zone):%Y-%m-%d at %H:%M}"
    yield f"Places of enabled accounts: {places}"
    if demand.refused:
        yield ""
        yield "places  refused   share"
    for size, number in enumerate(demand.refused, start=1):
        yield f"{size:>6}  {number:>7}  {demand.share(size):>6.1%}"


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        fail(f"--chart: {path}: {error.strerror}")
