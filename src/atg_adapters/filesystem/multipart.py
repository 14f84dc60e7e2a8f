"""Multipart uploads as folders of files. All calls block and run in threads."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from atg_adapters.filesystem.folder import Folder, sync
from atg_core.files.model import StoredObject, UploadPart
from atg_core.files.ports import FileTooLarge, UploadNotFound, WrongParts

_COPY_BYTES = 1024 * 1024


class MultipartUploads:
    """Each upload is a folder with its key in the file `key`; a part is named by its number and ETag."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._root = folder.root / "parts"
        self._root.mkdir(exist_ok=True)

    def begin(self, key: str) -> str:
        store_id = uuid4().hex
        (self._root / store_id).mkdir()
        (self._root / store_id / "key").write_text(key, encoding="utf-8")
        return store_id

    def require(self, key: str, store_id: str) -> Path:
        """The folder of an upload. Raises UploadNotFound."""
        with suppress(ValueError, FileNotFoundError):
            folder = self._root / UUID(store_id).hex
            if (folder / "key").read_text(encoding="utf-8") == key:
                return folder
        raise UploadNotFound

    def add(self, key: str, store_id: str, number: int, written: Path, etag: str) -> None:
        """Moves a written file in as a part and replaces an earlier one. Raises UploadNotFound."""
        folder = self.require(key, store_id)
        for earlier in folder.glob(f"{number}-*"):
            earlier.unlink(missing_ok=True)
        try:
            written.replace(folder / f"{number}-{etag.strip('"')}")
        except FileNotFoundError:
            raise UploadNotFound from None

    def complete(
        self, key: str, store_id: str, parts: Sequence[UploadPart], content_type: str, max_bytes: int
    ) -> StoredObject:
        folder = self.require(key, store_id)
        paths = _paths(folder, parts)
        if sum(path.stat().st_size for path in paths) > max_bytes:
            self.abort(key, store_id)
            raise FileTooLarge
        whole = self._folder.new_file()
        try:
            with whole.open("wb") as target:
                for path in paths:
                    with path.open("rb") as source:
                        shutil.copyfileobj(source, target, _COPY_BYTES)
                sync(target)
            stored = self._folder.publish(whole, key, content_type)
        finally:
            whole.unlink(missing_ok=True)
        self.abort(key, store_id)
        return stored

    def abort(self, key: str, store_id: str) -> None:
        with suppress(UploadNotFound):
            shutil.rmtree(self.require(key, store_id), ignore_errors=True)

    def abort_before(self, moment: datetime) -> int:
        """Also deletes unfinished files of processes that died."""
        for left in self._folder.unfinished.iterdir():
            if _changed(left) < moment:
                left.unlink(missing_ok=True)
        old = [folder for folder in self._root.iterdir() if _changed(folder / "key") < moment]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        return len(old)


def _paths(folder: Path, parts: Sequence[UploadPart]) -> list[Path]:
    """Raises WrongParts unless all exist with these ETags, in ascending order of numbers."""
    numbers = [part.number for part in parts]
    paths = [folder / f"{part.number}-{part.etag.strip('"')}" for part in parts]
    there = set(folder.iterdir())
    if not parts or numbers != sorted(set(numbers)) or not there.issuperset(paths):
        raise WrongParts
    return paths


def _changed(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.now(UTC)
