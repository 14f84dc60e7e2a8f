"""`atg export`: a kind as CSV, or as a workbook, on standard output."""

import csv
import sys
from enum import StrEnum
from typing import Annotated, TextIO

import typer

from atg_adapters.tabular.xlsx_writer import write_workbook
from atg_core.csv_injection import escape_formula
from atg_core.importing.export import ExportKind
from atg_core.importing.kinds import KINDS
from atg_entrypoints.cli.command import UNUSABLE, fail, run, settings_or_exit
from atg_entrypoints.cli.opening import opened
from atg_entrypoints.settings import Settings

app = typer.Typer()


class Form(StrEnum):
    """`excel`: CSV with a BOM and semicolons, as Excel with Russian settings reads it."""

    CSV = "csv"
    EXCEL = "excel"
    XLSX = "xlsx"


@app.command("export")
def export(
    kind: Annotated[str, typer.Argument(help="The kind of rows")],
    with_hashes: Annotated[bool, typer.Option("--with-hashes", help="Of users: with the hashes of passwords")] = False,
    form: Annotated[
        Form, typer.Option("--format", help="CSV, CSV for Excel with Russian settings (semicolons), or a workbook")
    ] = Form.CSV,
) -> None:
    """Write a kind as CSV to standard output; importing it again changes nothing."""
    run(_export_rows(settings_or_exit(), kind, form, with_hashes=with_hashes))


async def _export_rows(settings: Settings, kind: str, form: Form, *, with_hashes: bool) -> None:
    """Writes UTF-8 regardless of the locale, with the line ends of RFC 4180."""
    if kind not in KINDS:
        fail(f"there is no kind {kind}; there are {', '.join(KINDS)}", UNUSABLE)
    async with opened(settings) as container:
        export_kind = container.export_kind()
        if form is Form.XLSX:
            sys.stdout.buffer.write(await workbook_of(export_kind, kind, with_hashes=with_hashes))
            return
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        await write_rows(sys.stdout, export_kind, kind, with_hashes=with_hashes, for_excel=form is Form.EXCEL)


async def write_rows(
    file: TextIO, export_kind: ExportKind, kind: str, *, with_hashes: bool = False, for_excel: bool = False
) -> None:
    writer = csv.writer(file, delimiter=";" if for_excel else ",")
    file.write("\ufeff" if for_excel else "")
    async for rows in export_kind(KINDS[kind], with_hashes=with_hashes):
        writer.writerows([escape_formula(cell) for cell in row] for row in rows)


async def workbook_of(export_kind: ExportKind, kind: str, *, with_hashes: bool) -> bytes:
    rows = [row async for batch in export_kind(KINDS[kind], with_hashes=with_hashes) for row in batch]
    return write_workbook(kind.replace("-", " "), rows)
