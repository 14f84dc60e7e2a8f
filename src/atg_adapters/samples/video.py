"""A short video: AV1 in MP4.

Pillow brings an encoder of AV1 and writes image sequences (AVIF), whose container is that of MP4 (ISO/IEC 14496-12): a
brand, a handler and a duration make one of the other. Browsers play it; Safari does on devices that decode AV1.
"""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from atg_adapters.dejavu import dejavu

_SIZE = (640, 360)
SECONDS = 12
_FRAMES_PER_SECOND = 5
_CONTAINERS = {b"moov", b"trak", b"mdia", b"edts"}


def sample_video(title: str) -> bytes:
    """A clock that runs for `SECONDS`, without sound."""
    frames = [_frame(title, number) for number in range(SECONDS * _FRAMES_PER_SECOND)]
    written = BytesIO()
    frames[0].save(
        written, "AVIF", save_all=True, append_images=frames[1:], duration=1000 // _FRAMES_PER_SECOND, quality=50,
        speed=10, subsampling="4:2:0",
    )  # fmt: skip
    return _as_mp4(bytearray(written.getvalue()))


def _frame(title: str, number: int) -> Image.Image:
    picture = Image.new("RGB", _SIZE, (18, 40, 66))
    draw = ImageDraw.Draw(picture)
    width, height = _SIZE
    draw.text((40, 60), title, fill="white", font=ImageFont.truetype(dejavu(bold=True), 26))
    second = number // _FRAMES_PER_SECOND
    draw.text((40, 150), f"00:{second:02}", fill=(230, 190, 90), font=ImageFont.truetype(dejavu(), 64))
    done = (number + 1) / (SECONDS * _FRAMES_PER_SECOND)
    draw.rectangle([0, height - 18, int(width * done), height], fill=(230, 150, 40))
    return picture


def _as_mp4(data: bytearray) -> bytes:
    """Changes values in place, so that the offsets of the samples stay right."""
    boxes = dict(_boxes(data, 0, len(data)))
    brands = boxes[b"ftyp"] + 8
    data[brands : brands + 4] = b"isom"
    data[brands + 8 : brands + 24] = b"isomiso6mp41av01"
    # The first image stands there once more, as a still picture: Chromium would show that one alone.
    data[boxes[b"meta"] + 4 : boxes[b"meta"] + 8] = b"free"
    data[boxes[b"hdlr"] + 16 : boxes[b"hdlr"] + 20] = b"vide"
    # A sequence of images repeats for ever: its duration is unknown, and its edit list says "again".
    duration = data[boxes[b"mdhd"] + 32 : boxes[b"mdhd"] + 40]
    data[boxes[b"mvhd"] + 32 : boxes[b"mvhd"] + 40] = duration
    data[boxes[b"tkhd"] + 36 : boxes[b"tkhd"] + 44] = duration
    data[boxes[b"elst"] + 11] = 0
    return bytes(data)


def _boxes(data: bytearray, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Each box by its type, and where it begins."""
    while start < end:
        size, kind = int.from_bytes(data[start : start + 4]), bytes(data[start + 4 : start + 8])
        yield kind, start
        if kind in _CONTAINERS:
            yield from _boxes(data, start + 8, start + size)
        start += size
