"""`atg export`: a kind as CSV on standard output."""

import csv
import sys
from typing import TextIO

from atg_core.formulas import guarded
from atg_core.importing.exporting import ExportKind
from atg_core.importing.kinds import KINDS
from atg_entrypoints.cli.running import UNUSABLE, fail, opened
from atg_entrypoints.settings import Settings


async def export_rows(settings: Settings, kind: str, *, with_hashes: bool) -> None:
    """Writes UTF-8 whatever the terminal's encoding, in lines as RFC 4180 has them."""
    if kind not in KINDS:
        fail(f"there is no kind {kind}; there are {', '.join(KINDS)}", UNUSABLE)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    async with opened(settings) as container:
        await write_rows(sys.stdout, container.export_kind(), kind, with_hashes=with_hashes)


async def write_rows(file: TextIO, export_kind: ExportKind, kind: str, *, with_hashes: bool = False) -> None:
    writer = csv.writer(file)
    async for rows in export_kind(KINDS[kind], with_hashes=with_hashes):
        writer.writerows([guarded(cell) for cell in row] for row in rows)
