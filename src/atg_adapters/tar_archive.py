"""Archives of backups: a tar file whose last member, SHA256SUMS, names the hash of every other.

`sha256sum --check` reads it where the archive was unpacked. Rows are below `database`, a folder for each table with
JSON arrays on lines; files are below `files` by their keys. A name that ends with .gz or .tgz is compressed.
"""

import asyncio
import hashlib
import os
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

from msgspec import DecodeError, ValidationError, json

from atg_core.backup.model import FORMAT, Manifest, TablePart
from atg_core.backup.ports import BrokenArchive

_SUMS, _MANIFEST, _DATABASE, _FILES = "SHA256SUMS", "manifest.json", "database/", "files/"
_TYPE = "SCHILY.xattr.user.mime_type"
"""The record of the extended header that tar restores as the attribute of freedesktop.org for a type."""
_CHUNK_BYTES = 256 * 1024
_IN_MEMORY = 1024 * 1024


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Hashed:
    """Reads on, and hashes what was read."""

    def __init__(self, source: _Readable) -> None:
        self._source, self._hash = source, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        return data

    def line(self, name: str) -> bytes:
        """As `sha256sum` writes it; such names have no line break."""
        return f"{self._hash.hexdigest()}  {name}\n".encode()


class _Chunks:
    """Reads an asynchronous iterator of the loop from another thread."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks, self._loop, self._left = chunks, asyncio.get_running_loop(), b""

    def read(self, size: int = -1, /) -> bytes:
        while len(self._left) < size:
            chunk = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
            if chunk is None:
                break
            self._left += chunk
        data, self._left = self._left[:size], self._left[size:]
        return data

    async def _next(self) -> bytes | None:
        return await anext(self._chunks, None)


class TarWriter:
    """`ArchiveWriter`. What is written is at `path` only when it is finished; until then it has another name."""

    def __init__(self, path: Path) -> None:
        self._path, self._partial = path, path.with_name(f"{path.name}.partial")
        self._sums: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self._numbers: dict[str, int] = {}
        self._tar = tarfile.open(str(self._partial), _mode("w", path), format=tarfile.PAX_FORMAT)  # noqa: SIM115 - the same
        self._partial.chmod(0o600)  # it holds hashes of passwords

    async def add_part(self, part: TablePart) -> None:
        number = self._numbers[part.table] = self._numbers.get(part.table, 0) + 1
        await self._add(f"{_DATABASE}{part.table}/{number:06}.jsonl", len(part.content), BytesIO(part.content))

    async def add_file(self, key: str, size: int, content_type: str, chunks: AsyncIterator[bytes]) -> None:
        await self._add(f"{_FILES}{key}", size, _Chunks(chunks), {_TYPE: content_type})

    async def finish(self, manifest: Manifest) -> None:
        content = json.format(json.encode(manifest))
        await self._add(_MANIFEST, len(content), BytesIO(content))
        size = self._sums.tell()
        self._sums.seek(0)
        await asyncio.to_thread(self._tar.addfile, _member(_SUMS, size), self._sums)
        await asyncio.to_thread(self._tar.close)
        await asyncio.to_thread(_put_in_place, self._partial, self._path)

    async def _add(self, name: str, size: int, source: _Readable, headers: dict[str, str] | None = None) -> None:
        hashed: Any = _Hashed(source)
        await asyncio.to_thread(self._tar.addfile, _member(name, size, headers or {}), hashed)
        self._sums.write(hashed.line(name))

    def close(self) -> None:
        """Leaves nothing where it was not finished."""
        self._sums.close()
        self._tar.close()
        self._partial.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class TarFile:
    """`ArchiveFile`."""

    key: str
    size: int
    content_type: str
    source: _Readable

    async def chunks(self) -> AsyncIterator[bytes]:
        while chunk := await asyncio.to_thread(self.source.read, _CHUNK_BYTES):
            yield chunk


class TarReader:
    """`ArchiveReader`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def verified(self, done: Callable[[int], None]) -> Manifest:
        return await asyncio.to_thread(self._verified, done)

    def _verified(self, done: Callable[[int], None]) -> Manifest:
        manifest: Manifest | None = None
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as sums:
            try:
                for member, source in _members(self._path):
                    if member.name == _SUMS:
                        _compare(sums, source)
                        break
                    hashed, content = _Hashed(source), b""
                    while data := hashed.read(_CHUNK_BYTES):
                        content = content + data if member.name == _MANIFEST else b""
                    sums.write(hashed.line(member.name))
                    if member.name == _MANIFEST:
                        manifest = json.decode(content, type=Manifest)
                    done(member.size)
                else:
                    raise BrokenArchive(what=f"it has no {_SUMS}")
            except (tarfile.TarError, EOFError, OSError, DecodeError, ValidationError) as error:
                raise BrokenArchive(what=str(error)) from error
        if manifest is None or manifest.format != FORMAT:
            raise BrokenArchive(what=f"it has no {_MANIFEST} of format {FORMAT}")
        return manifest

    async def contents(self) -> AsyncIterator[TablePart | TarFile]:
        members = _members(self._path)
        while found := await asyncio.to_thread(next, members, None):
            member, source = found
            if member.name.startswith(_DATABASE):
                content = await asyncio.to_thread(source.read)
                table = member.name.removeprefix(_DATABASE).partition("/")[0]
                yield TablePart(table=table, rows=content.count(b"\n") + 1, content=content)
            elif member.name.startswith(_FILES):
                content_type = member.pax_headers.get(_TYPE, "application/octet-stream")
                yield TarFile(member.name.removeprefix(_FILES), member.size, content_type, source)


def differences(first: Path, second: Path) -> list[str]:
    """The members that two archives do not share; their manifests tell when each was made."""
    sums = [
        {line for line in source if not line.endswith(f"  {_MANIFEST}\n".encode())}
        for path in (first, second)
        for member, source in _members(path)
        if member.name == _SUMS
    ]
    return sorted({line.decode().split("  ", 1)[1].strip() for line in sums[0] ^ sums[1]})


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    with tarfile.open(str(path), _mode("r", path)) as tar:
        while member := tar.next():
            source = tar.extractfile(member)
            if source is not None:
                yield member, source
            tar.members.clear()  # type: ignore[attr-defined] # it would keep all of them


def _compare(made: IO[bytes], told: IO[bytes]) -> None:
    """Line by line. Raises BrokenArchive with the first member that differs."""
    made.seek(0)
    for mine, theirs in zip_longest(made, told, fillvalue=b""):
        if mine != theirs:
            raise BrokenArchive(what=(theirs or mine).split(b"  ", 1)[-1].decode("utf-8", "replace").strip())


def _member(name: str, size: int, headers: dict[str, str] | None = None) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.pax_headers = size, 0o600, headers or {}
    return member


def _mode(action: str, path: Path) -> Any:
    return f"{action}|gz" if path.suffix in {".gz", ".tgz"} else f"{action}|"


def _put_in_place(partial: Path, path: Path) -> None:
    """The archive is on the disk before it has its name."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(path)
