"""Certificates that were issued, at the console: found, printed, revoked, issued anew."""

import io
import re
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
import pytest
from pypdf import PdfReader

from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of
from tests.contracts.learning.http_certificate_register import certificate, external
from tests.integration.console.browsing import heading
from tests.integration.console.test_training import FIRST, rows
from tests.integration.console.trainings import as_admin, company, completed

LIST = "/app/training/certificates"


@pytest.fixture
async def numbers(browser: httpx.AsyncClient, stocked: Container) -> list[str]:
    """Of w1 and w2; an administrator is at `browser`."""
    made = await company(stocked)
    for name in ("w1", "w2"):
        await completed(browser, stocked, made, name)
    await as_admin(browser, stocked)
    people = {made.people["w1"]: 0, made.people["w2"]: 1}
    of_course = [row for row in await rows_of(stocked, "certificates") if row["course_id"] == made.at.course]
    found = [row for row in of_course if row["user_id"] in people]
    return [row["number"] for row in sorted(found, key=lambda row: people[row["user_id"]])]


async def pages_of(reply: httpx.Response) -> list[str]:
    assert (reply.status_code, reply.headers["content-type"]) == (HTTPStatus.OK, "application/pdf"), reply.text
    return [page.extract_text() for page in PdfReader(io.BytesIO(reply.content)).pages]


async def test_certificates_are_found_by_name_number_and_state(browser: httpx.AsyncClient, numbers: list[str]) -> None:
    by_name = rows(await browser.get(LIST, params={"q": "ёлк", "state": "valid"}))
    assert [row[:4] for row in by_name if row[3] != "Ещё один"] == [[numbers[0], "Ёлкин Пётр", FIRST, "Курс S"]]
    assert [row[0] for row in rows(await browser.get(LIST, params={"q": numbers[1].lower()}))] == [numbers[1]]
    assert "Таких сертификатов нет" in (await browser.get(LIST, params={"q": numbers[1], "state": "revoked"})).text
    file = await browser.get("/app/api/admin/certificates.csv", params={"q": numbers[0]})
    assert numbers[0] in file.text


async def test_one_or_several_are_printed_as_one_pdf(browser: httpx.AsyncClient, numbers: list[str]) -> None:
    [page] = await pages_of(await browser.get(f"{LIST}/print", params={"number": numbers[0]}))
    assert numbers[0] in page
    pages = await pages_of(await browser.get(f"{LIST}/print", params={"number": [*numbers, "ATG-1999-000001"]}))
    assert [each in "".join(pages) for each in numbers] == [True, True]
    found = await pages_of(
        await browser.get(f"{LIST}/print", params={"all": "true", "q": numbers[1], "department": FIRST})
    )
    assert [numbers[1] in page for page in found] == [True]


async def test_all_of_ours_are_printed_by_the_hundred(
    browser: httpx.AsyncClient, stocked: Container, numbers: list[str]
) -> None:
    """However many were won elsewhere since."""
    person, course = (
        (await rows_of(stocked, "certificates"))[0]["user_id"],
        (await rows_of(stocked, "courses"))[0]["id"],
    )
    elsewhere = [external("w1", str(number), issued_at="2030-01-10") for number in range(101)]
    await arrange(stocked, certificates=elsewhere)
    every = {"all": "true"}
    assert numbers[0] in "".join(await pages_of(await browser.get(f"{LIST}/print", params=every)))
    assert 'name="from"' not in (await browser.get(LIST)).text
    others = len(await rows_of(stocked, "certificates"))
    for number in range(101 - others):
        row = certificate(
            person, course, f"ATG-1999-{number:06}", round=2 + number, issued_at=datetime(1999, 1, 1, tzinfo=UTC)
        )
        await insert(stocked, "certificates", **row)
    assert re.findall(r'<option value="(\d+)">(\d+–\d+)</option>', (await browser.get(LIST)).text) == [
        ("1", "1–100"),
        ("101", "101–101"),
    ]
    [last] = await pages_of(await browser.get(f"{LIST}/print", params={**every, "from": 101}))
    assert "ATG-1999-" in last
    assert (await browser.get(f"{LIST}/print", params={**every, "from": 102})).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, HTTPStatus.NOT_FOUND),
        ({"number": "../x"}, HTTPStatus.NOT_FOUND),
        ({"number": "ATG-1999-000001"}, HTTPStatus.NOT_FOUND),
        ({"all": "true", "q": "никого"}, HTTPStatus.NOT_FOUND),
        ({"number": ["A"] * 101}, HTTPStatus.BAD_REQUEST),
    ],
)
async def test_what_can_not_be_printed_is_told(
    browser: httpx.AsyncClient, numbers: list[str], asked: dict[str, str], status: HTTPStatus
) -> None:
    reply = await browser.get(f"{LIST}/print", params=asked)
    assert reply.status_code == status
    assert reply.headers["content-type"].startswith("text/html")


async def test_a_certificate_is_issued_anew_under_a_corrected_name_and_revoked(
    browser: httpx.AsyncClient, stocked: Container, numbers: list[str]
) -> None:
    one = f"{LIST}/{numbers[0]}"
    assert heading(await browser.get(one)) == numbers[0]
    person = next(row for row in await rows_of(stocked, "users") if row["username"] == "w1")
    stocked.database().update("users", person["id"], full_name="Ёлкин-Сосновский Пётр")
    reply = await browser.post(f"{one}/reissue")
    assert reply.headers["location"] == f"{one}?done=reissued"
    assert "Ёлкин-Сосновский Пётр" in (await browser.get(f"{one}?done=reissued")).text
    assert (await browser.post(f"{one}/revoke")).headers["location"] == f"{one}?done=revoked"
    shown = (await browser.get(f"{one}?done=revoked")).text
    assert "Сертификат отозван" in shown
    assert f"{one}/revoke" not in shown
    refused = await browser.post(f"{one}/reissue")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert 'role="alert"' in refused.text
    for absent in ("ATG-1999-000001", "%2e%2e"):
        assert (await browser.get(f"{LIST}/{absent}")).status_code == HTTPStatus.NOT_FOUND
        assert (await browser.post(f"{LIST}/{absent}/revoke")).status_code == HTTPStatus.NOT_FOUND
