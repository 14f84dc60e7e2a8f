"""Certificates as PDF: what is printed can be read, whatever the name."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pypdf import PdfReader

from atg_adapters.pdf.certificates import draw_certificate
from atg_core.learning.certificates import Attestation

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANNA = Attestation(
    number="ATG-2026-000001",
    full_name="Щёголева Юлия",
    course_id=uuid4(),
    title="Эксплуатация ГПА-16 «Урал» № 3",
    issued_at=NOW,
    revoked_at=None,
)


async def printed(attestation: Attestation) -> str:
    address = "https://atg.example/certificates/ATG-2026-000001?code=x"
    body = await draw_certificate(attestation, address=address, issued_on="20.11.2026")
    [page] = PdfReader(io.BytesIO(body)).pages
    return " ".join(page.extract_text().split())


async def test_who_what_and_when_can_be_read() -> None:
    text = await printed(ANNA)
    for expected in (ANNA.number, ANNA.full_name, ANNA.title, "20.11.2026"):
        assert expected in text
    assert "ОТОЗВАН" not in text


async def test_a_revoked_certificate_is_printed_as_such() -> None:
    assert "ОТОЗВАН 20.11.2026" in await printed(replace(ANNA, revoked_at=NOW))


@pytest.mark.parametrize("name", ["x" * 255, "слово " * 42, "李雷 😀", "Ә Ғ Қ Ң Ө Ұ Ү Һ І", "<b>**_x_**</b>"])
async def test_any_name_fits_the_page(name: str) -> None:
    text = await printed(replace(ANNA, full_name=name, title=name))
    assert "20.11.2026" in text
    if name.isascii():
        assert name.replace(" ", "") in text.replace(" ", "")
