"""Pictures of a compressor station: a view in JPEG, and a flow diagram in PNG."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from atg_adapters.dejavu import dejavu

_SIZE = (960, 540)
_HORIZON = 380
_PIPE, _UNIT = (232, 178, 60), (214, 222, 230)


def station_view(name: str, number: int) -> bytes:
    """Halls with chimneys under a sky; `number` varies how many there are, and the hour."""
    picture = Image.new("RGB", _SIZE)
    draw = ImageDraw.Draw(picture)
    for y in range(_HORIZON):
        light = y / _HORIZON
        draw.line([(0, y), (_SIZE[0], y)], fill=(int(90 + 130 * light), int(140 + 80 * light), 210 + number % 4 * 10))
    draw.rectangle([0, _HORIZON, *_SIZE], fill=(96 + number * 5, 128, 84))
    halls = 3 + number % 3
    width = 760 // halls
    for hall in range(halls):
        left, top = 100 + hall * width, 250 + (hall + number) % 2 * 20
        draw.rectangle([left, top, left + width - 30, _HORIZON], fill=_UNIT, outline=(70, 90, 110), width=3)
        draw.rectangle([left + 20, top - 90, left + 50, top], fill=(180, 90, 80), outline=(90, 50, 50), width=2)
        draw.rectangle([left + 40, _HORIZON - 60, left + 80, _HORIZON], fill=(90, 110, 130))
    draw.line([(0, 430), (_SIZE[0], 430)], fill=_PIPE, width=26)
    draw.line([(0, 424), (_SIZE[0], 424)], fill=(250, 220, 140), width=5)
    _title(draw, name)
    return _saved(picture, "JPEG", quality=82)


def flow_diagram(name: str, number: int) -> bytes:
    """The way of the gas from the inlet through cleaning, compression and cooling to the outlet."""
    picture = Image.new("RGB", _SIZE, (250, 251, 252))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(dejavu(), 18)
    blocks = ("Вход", "Очистка", *(f"ГПА {unit + 1}" for unit in range(2 + number % 2)), "АВО газа", "Выход")
    step = _SIZE[0] // len(blocks)
    draw.line([(20, 270), (_SIZE[0] - 20, 270)], fill=_PIPE, width=8)
    for index, block in enumerate(blocks):
        left = index * step + 12
        draw.rounded_rectangle([left, 220, left + step - 24, 320], 10, fill=_UNIT, outline=(40, 70, 110), width=3)
        draw.text((left + (step - 24) / 2, 270), block, fill=(20, 40, 70), font=font, anchor="mm")
    _title(draw, f"Технологическая схема. {name}", fill=(20, 40, 70))
    return _saved(picture, "PNG", optimize=True)


def _title(draw: ImageDraw.ImageDraw, text: str, *, fill: tuple[int, int, int] = (255, 255, 255)) -> None:
    size = 34
    while size > 14 and draw.textlength(text, ImageFont.truetype(dejavu(bold=True), size)) > _SIZE[0] - 60:
        size -= 2
    draw.text((30, 24), text, fill=fill, font=ImageFont.truetype(dejavu(bold=True), size))


def _saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    written = BytesIO()
    picture.save(written, kind, **how)
    return written.getvalue()
