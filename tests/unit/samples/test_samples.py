"""The generated sample files are what their names say."""

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from PIL import Image
from pypdf import PdfReader

from atg_adapters.media.detection import detect_media_type
from atg_adapters.samples.fonts import write_letters
from atg_adapters.samples.handouts import docx_handout, pdf_handout
from atg_adapters.samples.models import MODELS, glb
from atg_adapters.samples.pictures import flow_diagram, station_view
from atg_adapters.samples.video import SECONDS, sample_video

TITLE, LINES = "Пуск агрегата №1", ["Проверьте давление масла: 0,3 МПа.", "Ёмкость & <кран> — закрыты."]


def test_a_handout_is_a_pdf_whose_text_can_be_searched(tmp_path: Path) -> None:
    font = tmp_path / "letters.ttf"
    write_letters(font, [TITLE, *LINES])
    read = PdfReader(io.BytesIO(pdf_handout(TITLE, LINES, font=font)))
    assert len(read.pages) == 1
    for text in (TITLE, *LINES):
        assert text in read.pages[0].extract_text()
    assert font.stat().st_size < 30_000


def test_a_handout_is_a_word_document() -> None:
    with zipfile.ZipFile(io.BytesIO(docx_handout(TITLE, LINES))) as archive:
        assert archive.testzip() is None
        parts = {name: fromstring(archive.read(name)) for name in archive.namelist()}
    assert parts.keys() == {"[Content_Types].xml", "_rels/.rels", "word/document.xml"}
    assert list(parts["word/document.xml"].itertext()) == [TITLE, *LINES]


@pytest.mark.parametrize("number", [1, 7])
def test_pictures_are_what_browsers_show(number: int) -> None:
    long = "Компрессорная станция «Граничная» Подгорного подземного хранилища газа"
    for draw, kind in ((station_view, "JPEG"), (flow_diagram, "PNG")):
        content = draw(long, number)
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            assert (picture.format, picture.size) == (kind, (960, 540))
        assert len(content) < 100_000
    assert station_view("А", 1) != station_view("А", 2)


def boxes(data: bytes, path: str = "") -> Iterator[tuple[str, bytes]]:
    """Each box of ISO/IEC 14496-12 by its path, with its content."""
    while data:
        size, kind = int.from_bytes(data[:4]), data[4:8].decode()
        assert 8 <= size <= len(data), (path, kind)
        yield f"{path}{kind}", data[8:size]
        if kind in {"moov", "trak", "mdia", "minf", "stbl", "edts"}:
            yield from boxes(data[8:size], f"{path}{kind}/")
        data = data[size:]


def test_the_video_is_an_mp4_of_its_length_that_says_what_it_is() -> None:
    content = sample_video("Учебное видео")
    assert len(content) < 50_000
    found = dict(boxes(content))
    assert found["ftyp"][:4] == b"isom"
    assert b"avif" not in found["ftyp"]
    assert b"avis" not in found["ftyp"]
    assert "meta" not in found, "Chromium shows the still picture that it describes, and nothing else"
    track = "moov/trak/mdia/"
    assert found[f"{track}hdlr"][8:12] == b"vide"
    assert found[f"{track}minf/stbl/stsd"][12:16] == b"av01"
    scale, duration = struct.unpack(">IQ", found[f"{track}mdhd"][20:32])
    assert duration == SECONDS * scale
    assert struct.unpack(">IQ", found["moov/mvhd"][20:32]) == (scale, duration)
    assert struct.unpack(">Q", found["moov/trak/tkhd"][28:36]) == (duration,)
    assert found["moov/trak/edts/elst"][:4] == b"\1\0\0\0"
    assert list(found).index("moov") < list(found).index("mdat"), "it plays before all of it is here"
    samples = struct.unpack(">I", found[f"{track}minf/stbl/stsz"][8:12])
    assert samples == (60,)
    assert detect_media_type(content[:4096]) == "video/mp4"


def read_glb(content: bytes) -> tuple[dict[str, Any], bytes]:
    magic, version, length = struct.unpack_from("<4sII", content)
    assert (magic, version, length) == (b"glTF", 2, len(content))
    size, kind = struct.unpack_from("<I4s", content, 12)
    assert (kind, size % 4) == (b"JSON", 0)
    scene, rest = json.loads(content[20 : 20 + size]), content[20 + size :]
    size, kind = struct.unpack_from("<I4s", rest)
    assert (kind, size % 4, size) == (b"BIN\0", 0, len(rest) - 8)
    assert scene["buffers"] == [{"byteLength": size}]
    return scene, rest[8:]


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_binary_gltf_whose_faces_look_outwards(name: str) -> None:
    scene, data = read_glb(glb(MODELS[name]))
    assert scene["asset"]["version"] == "2.0"
    assert len(scene["scenes"][0]["nodes"]) == len(MODELS[name])

    def values(number: int, letter: str, each: int) -> list[tuple[float, ...]]:
        accessor = scene["accessors"][number]
        view = scene["bufferViews"][accessor["bufferView"]]
        assert view["byteOffset"] % 4 == 0
        assert view["byteLength"] == accessor["count"] * struct.calcsize(letter) * each
        flat = struct.unpack_from(f"<{accessor['count'] * each}{letter}", data, view["byteOffset"])
        return [flat[start : start + each] for start in range(0, len(flat), each)]

    for mesh in scene["meshes"]:
        [primitive] = mesh["primitives"]
        position = primitive["attributes"]["POSITION"]
        points, normals = values(position, "f", 3), values(primitive["attributes"]["NORMAL"], "f", 3)
        assert len(points) == len(normals)
        bounds = scene["accessors"][position]
        assert bounds["min"] == [min(axis) for axis in zip(*points, strict=True)]
        assert bounds["max"] == [max(axis) for axis in zip(*points, strict=True)]
        indices = [int(index) for (index,) in values(primitive["indices"], "H", 1)]
        assert len(indices) % 3 == 0
        assert max(indices) < len(points)
        for corner in range(0, len(indices), 3):
            a, b, c = (points[index] for index in indices[corner : corner + 3])
            assert dot(cross(minus(b, a), minus(c, a)), normals[indices[corner]]) > 0


def minus(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(x - y for x, y in zip(a, b, strict=True))


def cross(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, ...]:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def dot(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
