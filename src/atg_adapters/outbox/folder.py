"""The folder of what nobody sends."""

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from atg_adapters.filesystem.files import sync, sync_folder


def put(folder: Path, now: datetime, name: str, content: bytes) -> None:
    """A file `<time>-<name>`, which is there whole or not at all, and which its owner alone may read.

    Of a name that is put again, the first file stays.
    """
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
    """Those of one name, the first of them first: also of two who put it at once, both keep the same."""
    return sorted(path for path in folder.iterdir() if path.name.partition("-")[2] == name)
