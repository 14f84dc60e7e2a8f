"""Tables as files over each database."""

import io
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from litestar import Litestar, Response
from openpyxl import load_workbook

from atg_adapters.tabular.xlsx_writer import write_workbook
from atg_core.words import English
from atg_entrypoints.http.errors import EXCEPTION_HANDLERS
from atg_entrypoints.http.table_file import AsFile, TableFile, one_batch, table_routes
from tests.contracts.databases import over_each_database
from tests.contracts.http_table_files import HttpTableFilesContract


@over_each_database
class TestTableFiles(HttpTableFilesContract):
    pass


VALUES = [4.5, Decimal("-0.25"), -7, True, None, "a;b", "4.5", "-x", "1,5"]


async def _many(rows: int) -> AsyncIterator[list[list[object]]]:
    for _ in range(rows // 1_000):
        yield [[1]] * 1_000


@table_routes("/values", summary="Values")
async def _values(as_file: AsFile) -> Response[Any]:
    return await as_file(TableFile("values", "Values", ["a"] * len(VALUES), one_batch([VALUES])))


@table_routes("/many", summary="Many")
async def _many_values(as_file: AsFile) -> Response[Any]:
    return await as_file(TableFile("many", "Many", ["a"], _many(100_000)))


class _Drawing:
    """The container, as far as files and errors ask for it."""

    def words(self) -> English:
        return English()

    def write_workbook(self) -> Any:
        async def written(title: str, rows: list[Any]) -> bytes:
            return write_workbook(title, rows)

        return written


@pytest.fixture
async def files() -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar([*_values, *_many_values], exception_handlers=EXCEPTION_HANDLERS, openapi_config=None)
    app.state["container"] = _Drawing()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://atg.test") as client:
        yield client


async def test_numbers_have_a_comma_for_excel_and_texts_stay(files: httpx.AsyncClient) -> None:
    plain = (await files.get("/values.csv")).text.splitlines()[1]
    excel = (await files.get("/values.csv?excel=1")).text.splitlines()[1]
    assert plain == "4.5,'-0.25,'-7,True,,a;b,4.5,'-x,\"1,5\""
    assert excel == '4,5;-0,25;-7;True;;"a;b";4.5;\'-x;1,5'
    [sheet] = load_workbook(io.BytesIO((await files.get("/values.xlsx")).content)).worksheets
    assert [cell.value for cell in sheet[2]] == [4.5, -0.25, -7, "True", None, "a;b", "4.5", "-x", "1,5"]


async def test_a_table_that_is_too_long_for_a_workbook_is_there_as_csv(files: httpx.AsyncClient) -> None:
    refused = await files.get("/many.xlsx")
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert len((await files.get("/many.csv")).text.splitlines()) == 100_001
