"""Files opened away from the event loop, since what is compressed and parsed keeps a process busy."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from atg_adapters.tabular.tables import open_tables
from atg_core.importing.model import Kind, KindChoice
from atg_core.importing.ports import Source


@asynccontextmanager
async def open_tables_in_thread(path: Path, kind: Kind | KindChoice) -> AsyncIterator[Sequence[Source]]:
    """`OpenTables`."""
    opened = open_tables(path, kind)
    tables = await asyncio.to_thread(opened.__enter__)
    try:
        yield [table.source for table in tables]
    finally:
        opened.__exit__(None, None, None)
