"""Objects of a store as files of this machine, for what reads files."""

import asyncio
from pathlib import Path

from atg_core.files.ports import ObjectStore


async def download(store: ObjectStore, key: str, path: Path) -> None:
    """Raises FileNotFoundError, and what the store raises."""
    found = await store.find(key)
    if found is None:
        raise FileNotFoundError("the file is there no more")
    with path.open("wb") as file:
        if found.size:
            async with store.open(found, 0, found.size - 1) as chunks:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
