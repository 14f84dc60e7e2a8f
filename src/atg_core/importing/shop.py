"""Kinds of the shop: lessons, courses and promo codes."""

from atg_core.importing.cells import boolean, instant, integer, percent, promo_code, text
from atg_core.importing.declarations import ACTIVE, KEY, column
from atg_core.importing.model import Kind, ListColumn

_STARS = integer(0, 1_000_000)
_TITLE = column("title", required=True, folded=True)
_DESCRIPTION = column("description", text(), default="", folded=True)

SHOP_LESSONS = Kind(
    name="shop-lessons",
    table="shop_lessons",
    key=("title",),
    columns=(
        _TITLE,
        _DESCRIPTION,
        column("price", _STARS, required=True),
        column("video_path", KEY),
        column("text_content", text()),
        ACTIVE,
        column("is_free", boolean, default=False),
    ),
)
SHOP_COURSES = Kind(
    name="shop-courses",
    table="shop_courses",
    key=("title",),
    columns=(
        _TITLE,
        _DESCRIPTION,
        column("total_price", _STARS, required=True),
        column("discount_price", _STARS),
        ACTIVE,
    ),
    items=(
        ListColumn(
            header="lessons",
            table="shop_course_lessons",
            parent="course_id",
            field="lesson_id",
            target=SHOP_LESSONS.name,
        ),
    ),
)
PROMO_CODES = Kind(
    name="promo-codes",
    table="shop_promo_codes",
    key=("code",),
    columns=(
        column("code", promo_code, required=True),
        column("discount_percent", percent, default=0),
        column("discount_amount", _STARS),
        column("max_uses", integer(1)),
        ACTIVE,
        column("expires_at", instant),
    ),
)
