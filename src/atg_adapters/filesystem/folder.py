"""Files of the object store: reading, atomic writes, media types. All calls block and run in threads."""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import msgspec

from atg_adapters.disk_space import is_full, require_space
from atg_adapters.filesystem.reader import FileReader, etag_of
from atg_core.errors import StorageFull
from atg_core.files.keys import InvalidKey
from atg_core.files.media import media_type_of
from atg_core.files.model import StoredObject
from atg_core.files.ports import FileReplaced, KeyBlocked, StoreAway
from atg_core.words import phrase

_MAX_ATTEMPTS = 5
_TOO_LONG = phrase("A segment of the key is longer than this store keeps")


class Sidecar(msgspec.Struct, frozen=True):
    """The media type of a file, where it differs from that of its extension, and the ETag that it applies to."""

    content_type: str
    etag: str


class Folder:
    """Objects are under `objects` by key, media types under `types`, unfinished files under `unfinished`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.objects, self._types, self.unfinished = (self.root / name for name in ("objects", "types", "unfinished"))
        self._objects = str(self.objects)
        for folder in (self.objects, self._types, self.unfinished):
            folder.mkdir(parents=True, exist_ok=True)
        self._max_name_bytes = _max_name_bytes(self.objects)

    def require_storable(self, key: str) -> None:
        """Raises InvalidKey. A name of 128 Cyrillic letters is too long already, whatever the key may hold in all."""
        if any(len(name.encode()) > self._max_name_bytes for name in key.split("/")):
            raise InvalidKey(_TOO_LONG, field="key")

    def check(self) -> None:
        """Raises StorageFull, StoreAway."""
        with _translated():
            self.find("-")
            require_space(self.root)

    def find(self, key: str) -> StoredObject | None:
        try:
            with self.opened(key) as file:
                return self._described(key, os.fstat(file.fileno()))
        except (FileNotFoundError, InvalidKey):
            return None

    @contextmanager
    def opened(self, key: str) -> Iterator[BinaryIO]:
        """Raises FileNotFoundError, also for a folder, a symbolic link, and a path through one."""
        path = os.path.join(self._objects, *key.split("/"))  # noqa: PTH118 - half the time of a Path, on a hot path
        with _translated():
            try:
                if os.path.realpath(path) != path or not os.path.isfile(path):  # noqa: PTH113
                    raise FileNotFoundError(key)
                file = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115 - it is closed below
            except NotADirectoryError:
                raise FileNotFoundError(key) from None
        with file:
            yield file

    @contextmanager
    def reader(self, stored: StoredObject, first: int) -> Iterator[FileReader]:
        """Reads this version from a position on. Raises FileReplaced if another one is there by now."""
        with ExitStack() as opened:
            try:
                file = opened.enter_context(self.opened(stored.key))
            except FileNotFoundError:
                raise FileReplaced from None
            if etag_of(os.fstat(file.fileno())) != stored.etag:
                raise FileReplaced
            yield FileReader(file, stored.etag, first)

    def new_file(self) -> Path:
        return self.unfinished / f"{uuid4().hex}.new"

    def publish(self, written: Path, key: str, content_type: str) -> StoredObject:
        """Moves a written and synced file to its key, atomically. Raises KeyBlocked, InvalidKey."""
        path = self.objects / key
        stat = written.stat()
        with _translated():
            if not path.parent.resolve().is_relative_to(self.objects) or path.is_symlink():
                raise KeyBlocked
            self._describe(key, content_type, etag_of(stat))
            self._rename(written, path)
        return self._described(key, stat)

    def _rename(self, written: Path, path: Path) -> None:
        for tried in range(_MAX_ATTEMPTS):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                written.replace(path)
                break
            except FileNotFoundError:  # somebody removed the folder, which was empty until now
                if tried == _MAX_ATTEMPTS - 1:
                    raise
        sync_folder(path.parent)

    def delete(self, key: str) -> bool:
        path = self.objects / key
        with _translated():
            if path.resolve() != path or not path.is_file():
                return False
            with suppress(FileNotFoundError):
                path.unlink()
        self._sidecar(key).unlink(missing_ok=True)
        with suppress(OSError):  # a folder that holds something else stays
            for parent in path.relative_to(self.objects).parents[:-1]:
                (self.objects / parent).rmdir()
        return True

    def _described(self, key: str, stat: os.stat_result) -> StoredObject:
        return StoredObject(
            key=key,
            size=stat.st_size,
            etag=etag_of(stat),
            last_modified=datetime.fromtimestamp(stat.st_mtime_ns / 1e9, UTC),
            content_type=self._content_type(key, etag_of(stat)),
        )

    def _describe(self, key: str, content_type: str, etag: str) -> None:
        sidecar = self._sidecar(key)
        if content_type == media_type_of(key):
            sidecar.unlink(missing_ok=True)
            return
        sidecar.parent.mkdir(exist_ok=True)
        written = self.new_file()
        written.write_bytes(msgspec.json.encode(Sidecar(content_type=content_type, etag=etag)))
        written.replace(sidecar)

    def _content_type(self, key: str, etag: str) -> str:
        with suppress(FileNotFoundError, msgspec.DecodeError):
            sidecar = msgspec.json.decode(self._sidecar(key).read_bytes(), type=Sidecar)
            if sidecar.etag == etag:
                return sidecar.content_type
        return media_type_of(key)

    def _sidecar(self, key: str) -> Path:
        name = sha256(key.encode()).hexdigest()
        return self._types / name[:2] / f"{name}.json"


def _max_name_bytes(folder: Path) -> int:
    """What the file system says; Windows, which can not be asked, has 255 characters."""
    return os.pathconf(folder, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255


def sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes a rename durable; skipped on Windows, which can not open folders."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    """Translates errors of the file system into errors of the port."""
    try:
        yield
    except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise KeyBlocked from error
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in {errno.ENAMETOOLONG, errno.EINVAL}:
            raise InvalidKey(_TOO_LONG, field="key") from error
        raise StorageFull if is_full(error) else StoreAway from error
