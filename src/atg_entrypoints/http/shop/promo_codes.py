"""Promo codes of the shop."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.errors import Invalid
from atg_core.shop.ports import PromoCodeNotFound, ShopQueries
from atg_core.shop.pricing import Refusal
from atg_core.shop.promo_codes import CheckPromoCode, EditPromoCodes
from atg_entrypoints.http.policy import SHOP, SHOP_OR_SERVICE
from atg_entrypoints.http.shop.wire import (
    Code,
    PromoCheck,
    PromoChecked,
    PromoCodeRow,
    Stars,
)
from atg_entrypoints.http.wire import Page, Paging, present_fields, serial_or, to_wire
from atg_entrypoints.value_faults import EXAMPLE_INSTANT

_TAGS = ["shop, promo codes"]

Editing = NamedDependency[SkipValidation[EditPromoCodes]]
type Percent = Annotated[int, Meta(ge=0, le=100)]
type Uses = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class PromoCodeCreation(Struct, frozen=True, kw_only=True):
    """`discount_amount` wins over the percent. `max_uses`: null for unlimited."""

    code: Code
    discount_percent: Percent = 0
    discount_amount: Stars | None = None
    max_uses: Uses | None = None
    is_active: bool = True
    expires_at: datetime | None = None


class PromoCodeChanges(Struct, frozen=True, kw_only=True):
    """Only the given fields change."""

    code: Code | UnsetType = UNSET
    discount_percent: Percent | UnsetType = UNSET
    discount_amount: Stars | None | UnsetType = UNSET
    max_uses: Uses | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    expires_at: datetime | None | UnsetType = UNSET


@get("/api/promo-codes", policy=SHOP, tags=_TAGS, summary="Promo codes", also={400})
async def list_codes(
    shop_queries: NamedDependency[SkipValidation[ShopQueries]], paging: NamedDependency[SkipValidation[Paging]]
) -> Page[PromoCodeRow]:
    found, total = await shop_queries.codes(limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[PromoCodeRow]), total)


@post("/api/promo-codes", policy=SHOP, tags=_TAGS, summary="Add a promo code", also={409})
async def add_code(data: JSONBody[PromoCodeCreation], edit_promo_codes: Editing) -> PromoCodeRow:
    return to_wire(await edit_promo_codes.add(_values(data)), PromoCodeRow)


@get("/api/promo-codes/{code_id:str}", policy=SHOP, tags=_TAGS, summary="A promo code")
async def show_code(code_id: FromPath[str], shop_queries: NamedDependency[SkipValidation[ShopQueries]]) -> PromoCodeRow:
    return to_wire(await shop_queries.code(serial_or(PromoCodeNotFound, code_id)), PromoCodeRow)


@put("/api/promo-codes/{code_id:str}", policy=SHOP, tags=_TAGS, summary="Change a promo code", also={409})
async def change_code(
    code_id: FromPath[str], data: JSONBody[PromoCodeChanges], edit_promo_codes: Editing
) -> PromoCodeRow:
    return to_wire(await edit_promo_codes.change(serial_or(PromoCodeNotFound, code_id), _values(data)), PromoCodeRow)


@delete("/api/promo-codes/{code_id:str}", policy=SHOP, tags=_TAGS, summary="Delete a promo code")
async def delete_code(code_id: FromPath[str], edit_promo_codes: Editing) -> None:
    await edit_promo_codes.delete(serial_or(PromoCodeNotFound, code_id))


@post(
    "/api/promo-codes/check",
    status_code=200,
    policy=SHOP_OR_SERVICE,
    tags=_TAGS,
    summary="Check a promo code, and the price with it",
    also={404},
)
async def check_code(
    data: JSONBody[PromoCheck], check_promo_code: NamedDependency[SkipValidation[CheckPromoCode]]
) -> PromoChecked:
    found = await check_promo_code(data.code, data.item)
    if isinstance(found, Refusal):
        return PromoChecked(valid=False, reason=found)
    amount, discount = found
    return PromoChecked(valid=True, amount=amount, discount=discount)


def _values(body: PromoCodeCreation | PromoCodeChanges) -> dict[str, object]:
    """`expires_at` in UTC, which a time without an offset is in. Raises Invalid if UTC can not express it."""
    values = present_fields(body)
    expires_at = values.get("expires_at")
    if isinstance(expires_at, datetime):
        try:
            aware = expires_at if expires_at.tzinfo else expires_at.replace(tzinfo=UTC)
            values["expires_at"] = aware.astimezone(UTC)
        except OverflowError:
            raise Invalid(
                "must be a date with a time, such as {example}",
                field="expires_at",
                code="not_a_datetime",
                example=EXAMPLE_INSTANT,
            ) from None
    return values


HANDLERS: Sequence[BaseRouteHandler] = (list_codes, add_code, show_code, change_code, delete_code, check_code)
