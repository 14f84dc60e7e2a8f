"""Files of the console and of the packages that it uses, at an address that changes with their content."""

import asyncio
import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

from atg_entrypoints import browser_packages

_OWN = Path(__file__).parent / "static"
_PACKAGES = ("fullcalendar", "golos", "htmx", "pdfjs", "uplot")
_COMPRESSED = {"text/css", "text/javascript", "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """`compressed`: by gzip, None where that would not help."""

    media_type: str
    content: bytes
    compressed: bytes | None


class StaticFiles:
    """All have one version: modules import each other by relative paths."""

    def __init__(self) -> None:
        self._read: dict[str, StaticFile] = {}

    def read_version(self) -> None:
        """Reads every file: for before the first request, whose event loop it would block."""
        _ = self.version

    @cached_property
    def _paths(self) -> dict[str, Path]:
        found = {path.name: path for path in _OWN.iterdir() if path.is_file()}
        for package in _PACKAGES:
            folder = browser_packages.FOLDER / package
            if folder.is_dir():
                found |= {f"{package}/{path.name}": path for path in folder.iterdir()}
        return found

    @cached_property
    def version(self) -> str:
        digest = sha256()
        for name, path in sorted(self._paths.items()):
            digest.update(name.encode() + path.read_bytes())
        return digest.hexdigest()[:12]

    async def find(self, name: str) -> StaticFile | None:
        """Read and compressed once."""
        if name not in self._paths:
            return None
        if name not in self._read:
            self._read[name] = await asyncio.to_thread(_file, self._paths[name])
        return self._read[name]


def _file(path: Path) -> StaticFile:
    media_type = "text/javascript" if path.suffix == ".mjs" else guess_type(path.name)[0] or "text/plain"
    content = path.read_bytes()
    compressed = gzip.compress(content, mtime=0) if media_type in _COMPRESSED else None
    return StaticFile(media_type=media_type, content=content, compressed=compressed)
