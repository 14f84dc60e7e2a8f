"""`atg export`: a kind as CSV on standard output."""

import csv
import sys

from atg_core.importing.exporting import ExportKind
from atg_core.importing.kinds import KINDS
from atg_entrypoints.cli.running import UNUSABLE, fail, opened
from atg_entrypoints.settings import Settings


async def export_rows(settings: Settings, kind: str, *, with_hashes: bool) -> None:
    """Writes UTF-8 whatever the terminal's encoding, in lines as RFC 4180 has them."""
    if kind not in KINDS:
        fail(f"there is no kind {kind}; there are {', '.join(KINDS)}", UNUSABLE)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout)
    async with opened(settings) as container:
        export_kind: ExportKind = container.export_kind()
        async for rows in export_kind(KINDS[kind], with_hashes=with_hashes):
            writer.writerows(rows)
