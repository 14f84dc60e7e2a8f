"""Certificates as PDF: their text is readable, whatever the name."""

import io
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fpdf import FPDF
from pypdf import PdfReader

from atg_adapters.pdf.certificate_words import CertificateWords
from atg_adapters.pdf.certificates import PrintedCertificates, WordedSheet, print_certificates
from atg_adapters.pdf.letters import FAMILY, Letters
from atg_adapters.pdf.renderer import PdfCertificates
from atg_adapters.words.catalogue import Catalogue
from atg_core.learning.certificates import CertificateSheet, VerifiedCertificate
from tests.logs import logged

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADDRESS = "https://atg.example/certificates/ATG-2026-000001?code=x"
ANNA = VerifiedCertificate(
    number="ATG-2026-000001",
    full_name="Щёголева Юлия",
    course_id=uuid4(),
    title="Эксплуатация ГПА-16 «Урал» № 3",
    issued_at=NOW,
    revoked_at=None,
    username="yulia.s",
)


def printed(*certificates: VerifiedCertificate, valid_until: str | None = None) -> PrintedCertificates:
    def worded(each: VerifiedCertificate) -> WordedSheet:
        return WordedSheet(each, ADDRESS, CertificateWords.of(each, "20.11.2026", valid_until, Catalogue()))

    return print_certificates([worded(each) for each in certificates])


def text_of(certificate: VerifiedCertificate) -> str:
    [page] = PdfReader(io.BytesIO(printed(certificate).body)).pages
    return " ".join(page.extract_text().split())


def test_the_end_is_printed_where_there_is_one() -> None:
    [page] = PdfReader(io.BytesIO(printed(ANNA, valid_until="20.11.2027").body)).pages
    assert "Действителен до 20.11.2027" in page.extract_text()
    assert "Действителен" not in text_of(ANNA)


def test_who_what_and_when_can_be_read() -> None:
    text = text_of(ANNA)
    for expected in (ANNA.number, ANNA.full_name, ANNA.title, "20.11.2026"):
        assert expected in text
    assert "ОТОЗВАН" not in text
    assert "yulia.s" not in text


def test_several_certificates_are_pages_of_one_document() -> None:
    names = ["Анна Ким", "李明", "Пётр Ёлкин"]
    found = printed(*(replace(ANNA, full_name=name, number=f"ATG-2026-00000{n}") for n, name in enumerate(names)))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(found.body)).pages]
    assert [f"ATG-2026-00000{number}" in text for number, text in enumerate(pages)] == [True] * 3
    assert "Анна Ким" in pages[0]
    assert "Пётр Ёлкин" in pages[2]
    assert found.missing == ["", "李明", ""]


def test_a_revoked_certificate_is_printed_as_such() -> None:
    assert "ОТОЗВАН 20.11.2026" in text_of(replace(ANNA, revoked_at=NOW))


@pytest.mark.parametrize(
    "name",
    [
        *("Әбілқайыр Ғұмар Қоңыр Өңір Үміт Һаким", "Ҳоҷӣ Ӯғлон", "Oʻzbek Shoʻrboy", "Nguyễn Thị Phương Đức"),
        *("გიორგი მაისურაძე", "Արմեն Հակոբյան", "محمد عبد الله العلي", "علی گچ پژ", "דוד כהן", "Şəhriyar İsmayılov"),
        *("James T. Griffith-Fields", "Łukasz Żółć", "Ģirts Ķēniņš", "Ελένη Παπαδοπούλου", "Ђорђе Ћирић"),
    ],
)
def test_names_of_many_scripts_are_printed_whole(name: str) -> None:
    assert printed(replace(ANNA, full_name=name, title=name)).missing == [""]
    text = text_of(replace(ANNA, full_name=name, title=name))
    assert text.count(name) == 2
    assert "yulia.s" not in text


def test_arabic_is_shaped() -> None:
    """Letters that join others are narrower than those that stand alone."""
    page = FPDF()
    with closing(Letters(page)):
        page.set_font(FAMILY, size=24)
        joined, alone = (page.get_string_width(text) for text in ("ههه", "ه"))
    assert joined < 3 * alone


@pytest.mark.parametrize("name", ["ᲒᲘᲝᲠᲒᲘ", "e\u0301 И\u0306", "Ан\u200dна\u00ad"])
def test_letters_are_printed_in_a_form_that_the_fonts_have(name: str) -> None:
    assert printed(replace(ANNA, full_name=name)).missing == [""]


@pytest.mark.parametrize(
    ("name", "shown", "missing"),
    [
        ("李明", "□□ (yulia.s)", "李明"),
        ("김 Анна", "□ Анна (yulia.s)", "김"),
        ("अमित", "□□□ (yulia.s)", "अमत"),
        ("李 李", "□ □ (yulia.s)", "李"),
    ],
)
def test_a_name_that_no_font_has_is_printed_with_the_username_beside(name: str, shown: str, missing: str) -> None:
    certificate = replace(ANNA, full_name=name)
    assert set(missing) <= set(printed(certificate).missing[0])
    assert shown.partition(" ")[0][0] in text_of(certificate)
    assert "(yulia.s)" in text_of(certificate)
    assert PdfReader(io.BytesIO(printed(certificate).body)).metadata["/Subject"].startswith(name)


async def test_letters_that_no_font_has_are_told_in_the_log() -> None:
    async def draw(sheets: Sequence[WordedSheet]) -> PrintedCertificates:
        return print_certificates(sheets)

    render = PdfCertificates(draw, Catalogue())
    with logged() as logs:
        for name, title in (("李明", "李"), ("Анна", "김"), ("محمد", "Курс")):
            certificate = replace(ANNA, full_name=name, title=title)
            sheet = CertificateSheet(certificate=certificate, address=ADDRESS, issued_on="20.11.2026", valid_until=None)
            body = await render([sheet])
            assert body.startswith(b"%PDF-")
    assert [(line["log_level"], line["certificate"], line["letters"]) for line in logs] == [
        ("warning", ANNA.number, "U+674E U+660E"),
        ("warning", ANNA.number, "U+AE40"),
    ]


@pytest.mark.parametrize("name", ["x" * 255, "слово " * 42, "李雷 😀", "محمد عبد الله " * 16, "<b>**_x_**</b>"])
def test_any_name_fits_the_page(name: str) -> None:
    text = text_of(replace(ANNA, full_name=name, title=name))
    assert "20.11.2026" in text
    if name.isascii():
        assert name.replace(" ", "") in text.replace(" ", "")
