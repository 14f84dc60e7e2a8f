"""Files of the outbox folder."""

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from atg_adapters.filesystem.folder import sync, sync_folder


def put(folder: Path, now: datetime, name: str, content: bytes) -> None:
    """Writes a file `<time>-<name>` atomically, readable by its owner only; idempotent by name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = folder / f".{uuid4().hex}.new"
    try:
        with os.fdopen(os.open(written, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            sync(file)
        written.rename(folder / f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{name}")
    finally:
        written.unlink(missing_ok=True)
    for later in _files(folder, name)[1:]:
        later.unlink(missing_ok=True)
    sync_folder(folder)


def _files(folder: Path, name: str) -> list[Path]:
    """The files of a name, oldest first, so that concurrent writers keep the same one."""
    with os.scandir(folder) as entries:  # one by one: there may be many
        return sorted(folder / each.name for each in entries if each.name.partition("-")[2] == name)
