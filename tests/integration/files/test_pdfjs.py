"""A real PDF.js, run by node, opens large files over ranges."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import httpx
import pikepdf
import pytest

from tests.conftest import SECRET, optional
from tests.integration.running import serving
from tests.integration.wire import Wire

pytestmark = pytest.mark.alone

PDFJS = Path(__file__).parents[2] / "pdfjs"
PAGES, SIDE = 40, 420  # a picture of SIDE × SIDE × 3 random bytes on each page: some 20 MB that can not be packed
ADMIN = {"username": "root", "password": "a rather good one"}


@pytest.fixture(scope="module")
def node() -> str:
    """The command; skips where PDF.js was not installed by `npm ci` in tests/pdfjs."""
    found = shutil.which("node")
    if found is None or not (PDFJS / "node_modules" / "pdfjs-dist").is_dir():
        optional("pdfjs", "no node, or `npm ci` was not run in tests/pdfjs")
    return str(found)


def large_pdf(*, linearize: bool) -> bytes:
    pdf, random = pikepdf.new(), Random(1)
    for number in range(PAGES):
        picture = pdf.make_stream(
            random.randbytes(SIDE * SIDE * 3),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=SIDE,
            Height=SIDE,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
        )
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page = pdf.add_blank_page(page_size=(600, 800))
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(P=picture), Font=pikepdf.Dictionary(F=pdf.make_indirect(font))
        )
        text = f"q 500 0 0 500 50 50 cm /P Do Q BT /F 24 Tf 50 700 Td (Page {number + 1}) Tj ET"
        page.Contents = pdf.make_stream(text.encode())
    written = BytesIO()
    pdf.save(written, linearize=linearize, compress_streams=False)
    return written.getvalue()


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Wire]]:
    """The server seen through a wire that counts."""
    home = tmp_path_factory.mktemp("served")
    shutil.copy(sqlite_template, home / "atg.db")
    environment = {
        "ATG_SECRET_KEY": SECRET,
        "ATG_ADMIN_USERNAME": ADMIN["username"],
        "ATG_ADMIN_PASSWORD": ADMIN["password"],
    }
    with serving(home, **environment) as server:
        parts = urlsplit(server.url)
        # A good line, but a line: what is under way when PDF.js gives a request up is what such a line holds.
        wire = Wire((parts.hostname or "", parts.port or 80), bytes_a_second=20_000_000)
        with httpx.Client(base_url=server.url, timeout=30) as client:
            token = client.post("/auth/login", json=ADMIN).json()["token"]
            client.headers["authorization"] = f"Bearer {token}"
            yield client, wire
        wire.cut()


@pytest.mark.parametrize("linearize", [True, False])
def test_page_one_is_shown_after_less_than_a_quarter_of_the_bytes(
    node: str, served: tuple[httpx.Client, Wire], linearize: bool
) -> None:
    """F6."""
    client, wire = served
    content = large_pdf(linearize=linearize)
    assert len(content) > 20_000_000
    key = f"lessons/{linearize}.pdf"
    sent = client.post("/files/upload", data={"key": key}, files={"file": ("a.pdf", content)})
    assert sent.status_code == 201
    before = wire.received
    token = client.headers["authorization"].removeprefix("Bearer ")
    url = f"http://127.0.0.1:{wire.port}/files/stream/{key}"
    opened = subprocess.run(
        [node, "page_one.mjs", url, token], cwd=PDFJS, capture_output=True, text=True, timeout=60, check=False
    )
    assert opened.returncode == 0, opened.stderr
    found = json.loads(opened.stdout.splitlines()[-1])
    assert (found["pages"], found["text"]) == (PAGES, "Page 1")
    assert SIDE * SIDE * 3 < wire.received - before < len(content) / 4
