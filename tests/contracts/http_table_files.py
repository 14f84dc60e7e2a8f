"""Tables as files for spreadsheets, over every database: CSV, CSV for Russian Excel, and workbooks."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import httpx
from openpyxl import load_workbook

from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.contracts.campaigns.visitors import start
from tests.contracts.shop.bot import Bot, ShopContract
from tests.people import sign_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def cells(client: httpx.AsyncClient, path: str, headers: dict[str, str], **query: str) -> list[list[str]]:
    """The rows of a CSV file, by the separator that is asked for."""
    reply = await client.get(path, params=query, headers=headers)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert reply.content.startswith(b"\xef\xbb\xbf")
    separator = ";" if query.get("excel") == "1" else ","
    return list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig")), delimiter=separator))


async def sheet(client: httpx.AsyncClient, path: str, headers: dict[str, str], **query: str) -> tuple[str, list[Any]]:
    """The title and the rows of a workbook's only sheet."""
    reply = await client.get(path, params=query, headers=headers)
    assert (reply.status_code, reply.headers["content-type"]) == (200, XLSX)
    assert reply.headers["content-disposition"].endswith('.xlsx"')
    [found] = load_workbook(io.BytesIO(reply.content)).worksheets
    return found.title, [list(row) for row in found.iter_rows(values_only=True)]


def as_texts(row: Sequence[object]) -> list[str]:
    return ["" if value is None else str(value) for value in row]


class HttpTableFilesContract(ShopContract):
    """The fixtures `client` and `stocked` say over which database."""

    async def test_learners_are_there_for_russian_excel_and_as_a_workbook(
        self, client: httpx.AsyncClient, stocked: Container, admin: dict[str, str]
    ) -> None:
        made = await client.post("/courses", json={"title": "Курс"}, headers=admin)
        await sign_in(client, stocked, "anna", full_name="=Ким; Анна")
        assert (await client.post(f"/courses/{made.json()['id']}/enroll")).status_code < 300
        path = f"/courses/{made.json()['id']}/learners"
        plain, excel = [await cells(client, f"{path}.csv", admin, excel=excel) for excel in ("0", "1")]
        hours = plain[0].index("Часов обучения")
        assert excel[1][hours] == plain[1][hours].replace(".", ",")
        assert [row[:hours] + row[hours + 1 :] for row in plain] == [row[:hours] + row[hours + 1 :] for row in excel]
        assert "'=Ким; Анна" in excel[1]
        title, rows = await sheet(client, f"{path}.xlsx", admin)
        assert (title, rows[0]) == ("Учащиеся", plain[0])
        assert "=Ким; Анна" in rows[1]
        assert rows[1][hours] == 0
        _, found = await sheet(client, f"{path}.xlsx", admin, q="boris")
        assert len(found) == 1
        for ending in ("csv", "xlsx"):
            assert (await client.get(f"/courses/x/learners.{ending}", headers=admin)).status_code == 404
            assert (await client.get(f"{path}.{ending}", params={"status": "x"}, headers=admin)).status_code == 400
        assert (await client.get(f"{path}.csv", params={"excel": "maybe"}, headers=admin)).status_code == 400

    async def test_compliance_and_campaigns_are_there_in_all_forms(
        self, client: httpx.AsyncClient, stocked: Container, admin: dict[str, str]
    ) -> None:
        made = await client.post("/courses", json={"title": "Курс"}, headers=admin)
        await arrange(stocked, assets=[{"slug": "a", "name": "А", "campaign": "small"}])
        await start(client)
        numbers = 0
        for path, query in (
            ("/admin/reports/compliance", {"course_id": made.json()["id"]}),
            *((f"/admin/campaigns/{record}", {}) for record in ("participants", "sessions", "progress", "events")),
            ("/admin/campaigns/promo-codes", {}),
            ("/admin/campaigns/small/days", {}),
        ):
            plain, excel = [await cells(client, f"{path}.csv", admin, **query, excel=excel) for excel in ("0", "1")]
            title, rows = await sheet(client, f"{path}.xlsx", admin, **query)
            assert plain == excel == [as_texts(row) for row in rows], path
            assert not [name for name in rows[0] if name.isascii() and name != "ID"], path
            assert not title.isascii()
            numbers += sum(isinstance(value, int) for row in rows for value in row)
        assert numbers > 30

    async def test_sales_are_there_in_all_forms(
        self, client: httpx.AsyncClient, bot: Bot, products: dict[str, int], admin: dict[str, str]
    ) -> None:
        await bot.buy(await bot.customer(), lesson_id=products["one"])
        for path in ("/api/purchases", "/api/purchases/by-item", "/api/purchases/by-day"):
            plain, excel = [await cells(client, f"{path}.csv", admin, excel=excel) for excel in ("0", "1")]
            _, rows = await sheet(client, f"{path}.xlsx", admin)
            assert plain == excel == [as_texts(row) for row in rows], path
            assert 100 in rows[-1] + rows[1]
            assert "Сумма" in rows[0]

    async def test_the_reader_decides_on_the_language(
        self, client: httpx.AsyncClient, stocked: Container, admin: dict[str, str]
    ) -> None:
        path = "/admin/campaigns/sessions"
        assert (await cells(client, f"{path}.csv", admin))[0][1] == "Кампания"
        await client.put("/users/me", json={"language": "en"}, headers=admin)
        assert (await cells(client, f"{path}.csv", admin))[0][1] == "campaign"
        title, rows = await sheet(client, f"{path}.xlsx", admin)
        assert (title, rows[0][1]) == ("Visitor sessions", "campaign")
