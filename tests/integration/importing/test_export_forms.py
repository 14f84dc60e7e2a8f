"""Exports as spreadsheets read them, and their way back."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from openpyxl import load_workbook

from atg_core.importing.records import Counts
from atg_entrypoints.cli.exporting import workbook_of, write_rows
from atg_entrypoints.cli.importing import open_folder
from atg_entrypoints.container import Container
from tests.arranging import arrange

STATION = {"short_name": "007", "name": "=Север; «Юг»", "description": "+7 495", "status": "active"}


@pytest.fixture
def database_url() -> str:
    return "memory://"


async def again(container: Container, folder: Path) -> Counts:
    with ExitStack() as stack:
        [counts] = (await container.import_files()([source for source, _ in open_folder(folder, stack)])).values()
    assert isinstance(counts, Counts)
    return counts


async def test_csv_for_russian_excel_has_semicolons_and_comes_back(container: Container, tmp_path: Path) -> None:
    await arrange(container, stations=[STATION])
    file = tmp_path / "stations.csv"
    with file.open("w", encoding="utf-8", newline="") as written:
        await write_rows(written, container.export_kind(), "stations", for_excel=True)
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfshort_name;name;description;")
    assert "\"'=Север; «Юг»\";'+7 495;".encode() in content
    assert await again(container, tmp_path) == Counts(unchanged=1)


async def test_a_workbook_holds_texts_and_comes_back(container: Container, tmp_path: Path) -> None:
    await arrange(container, stations=[STATION], courses=[{"code": "C", "title": "Курс", "duration_hours": "40"}])
    file = tmp_path / "stations.xlsx"
    file.write_bytes(await workbook_of(container.export_kind(), "stations", with_hashes=False))
    [sheet] = load_workbook(file).worksheets
    assert sheet.title == "stations"
    assert [cell.value for cell in sheet[2]][:3] == [STATION["short_name"], STATION["name"], STATION["description"]]
    assert await again(container, tmp_path) == Counts(unchanged=1)
    file.rename(tmp_path / "away")
    (tmp_path / "courses.xlsx").write_bytes(await workbook_of(container.export_kind(), "courses", with_hashes=False))
    (tmp_path / "away").unlink()
    assert await again(container, tmp_path) == Counts(unchanged=1)
