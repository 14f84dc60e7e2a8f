"""What the file system is asked for: reading, writing, renaming. Everything here blocks, and is run in threads."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import msgspec

from atg_core.files.keys import InvalidKey
from atg_core.files.media import media_type_of
from atg_core.files.model import StoredObject
from atg_core.files.ports import FileReplaced, KeyBlocked, StoreAway

_MOST_TRIES = 5


class Sidecar(msgspec.Struct, frozen=True):
    """The type of a file whose name says another one, and the version of the file that it was said of."""

    content_type: str
    etag: str


class Folder:
    """Objects lie under `objects` by their keys, types under `types`, what is not finished under `unfinished`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.objects, self._types, self.unfinished = (self.root / name for name in ("objects", "types", "unfinished"))
        for folder in (self.objects, self._types, self.unfinished):
            folder.mkdir(parents=True, exist_ok=True)

    def find(self, key: str) -> StoredObject | None:
        try:
            with self.opened(key) as file:
                return self._described(key, os.fstat(file.fileno()))
        except (FileNotFoundError, InvalidKey):
            return None

    @contextmanager
    def opened(self, key: str) -> Iterator[BinaryIO]:
        """Raises FileNotFoundError also for a folder, for a link, and for what a link leads to."""
        path = self.objects / key
        with _told():
            try:
                if path.resolve() != path or not path.is_file():
                    raise FileNotFoundError(key)
                file = path.open("rb", buffering=0)
            except NotADirectoryError:
                raise FileNotFoundError(key) from None
        with file:
            yield file

    def etag(self, file: BinaryIO) -> str:
        return _etag(os.fstat(file.fileno()))

    def new_file(self) -> Path:
        return self.unfinished / f"{uuid4().hex}.new"

    def publish(self, written: Path, key: str, content_type: str) -> StoredObject:
        """Puts a written and synced file in the place of its key, at once. Raises KeyBlocked, InvalidKey."""
        path = self.objects / key
        stat = written.stat()
        with _told():
            if not path.parent.resolve().is_relative_to(self.objects) or path.is_symlink():
                raise KeyBlocked
            self._describe(key, content_type, _etag(stat))
            self._rename(written, path)
        return self._described(key, stat)

    def _rename(self, written: Path, path: Path) -> None:
        for tried in range(_MOST_TRIES):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                written.replace(path)
                break
            except FileNotFoundError:  # somebody removed the folder, which was empty until now
                if tried == _MOST_TRIES - 1:
                    raise
        sync_folder(path.parent)

    def delete(self, key: str) -> bool:
        path = self.objects / key
        with _told():
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
            etag=_etag(stat),
            last_modified=datetime.fromtimestamp(stat.st_mtime_ns / 1e9, UTC),
            content_type=self._content_type(key, _etag(stat)),
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


def read(file: BinaryIO, etag: str, most: int) -> bytes:
    """The next bytes of the version that was opened. Raises FileReplaced if the file was changed in its place."""
    chunk = file.read(most)
    if not chunk or _etag(os.fstat(file.fileno())) != etag:
        raise FileReplaced
    return chunk


def sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes a rename last; Windows can not open folders, and does without."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _etag(stat: os.stat_result) -> str:
    return f'"{stat.st_ino:x}-{stat.st_mtime_ns:x}-{stat.st_size:x}"'


@contextmanager
def _told() -> Iterator[None]:
    """What the file system refuses, as errors of the port."""
    try:
        yield
    except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise KeyBlocked from error
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in {errno.ENAMETOOLONG, errno.EINVAL}:
            raise InvalidKey("A segment of the key is longer than this store keeps", field="key") from error
        raise StoreAway from error
