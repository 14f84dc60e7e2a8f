"""Limits of compressed files."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from atg_adapters.tabular import oneroster, xlsx_reader
from atg_core.importing.ports import UnusableFile


@pytest.mark.parametrize(
    ("opening", "limited", "member"),
    [
        (oneroster.open_bundle, oneroster, "users.csv"),
        (xlsx_reader.open_xlsx, xlsx_reader, "xl/worksheets/sheet1.xml"),
    ],
)
def test_what_would_unpack_to_too_much_is_not_unpacked(
    opening: Callable[[Path], AbstractContextManager[object]],
    limited: object,
    member: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ASVS V5.2.3; with a limit of a megabyte, for a test's sake."""
    monkeypatch.setattr(limited, "_MAX_UNPACKED_BYTES", 1_000_000)
    bomb = tmp_path / "bomb.zip"
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr(member, b" " * 1_000_001)
    assert bomb.stat().st_size < 10_000
    with pytest.raises(UnusableFile, match="unpacks to more than 1000000 bytes"), opening(bomb):
        pass
