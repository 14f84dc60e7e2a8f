"""Buying in the shop, for the bot: purchases and promo codes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.errors import Invalid
from atg_core.store.buying import CheckPromo, CreatePurchase, PreCheckout, SettlePurchase
from atg_core.store.keeping import KeepCodes
from atg_core.store.ports import PromoCodeNotFound, PurchaseNotFound, Shop
from atg_core.store.pricing import Refusal
from atg_core.store.support import RefundPurchase
from atg_entrypoints.http.policy import ADMIN, ADMIN_OR_SERVICE, SERVICE
from atg_entrypoints.http.shop_wire import (
    Checked,
    CheckoutBody,
    Code,
    Payment,
    PromoCheck,
    PromoChecked,
    PromoCodeRow,
    PurchaseCreation,
    PurchaseRow,
    Stars,
)
from atg_entrypoints.http.wire import Page, Paging, named, serial_or, to_wire

_TAGS, _CODES = ["shop, purchases"], ["shop, promo codes"]

Settles = NamedDependency[SkipValidation[SettlePurchase]]
Keeps = NamedDependency[SkipValidation[KeepCodes]]
type Percent = Annotated[int, Meta(ge=0, le=100)]
type Uses = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class PromoCodeCreation(Struct, frozen=True, kw_only=True):
    """A fixed `discount_amount` goes before the percent. `max_uses`: null for any number."""

    code: Code
    discount_percent: Percent = 0
    discount_amount: Stars | None = None
    max_uses: Uses | None = None
    is_active: bool = True
    expires_at: datetime | None = None


class PromoCodeChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes."""

    code: Code | UnsetType = UNSET
    discount_percent: Percent | UnsetType = UNSET
    discount_amount: Stars | None | UnsetType = UNSET
    max_uses: Uses | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    expires_at: datetime | None | UnsetType = UNSET


@post(
    "/api/purchases/create",
    policy=ADMIN_OR_SERVICE,
    tags=_TAGS,
    summary="Begin a purchase, with a promo code perhaps",
    also={404, 409},
)
async def create_purchase(
    data: JSONBody[PurchaseCreation], create_purchase: NamedDependency[SkipValidation[CreatePurchase]]
) -> Response[PurchaseRow]:
    """The same payment with the same content is the same purchase (200). What costs nothing is completed at once."""
    purchase, made = await create_purchase(data.user_id, data.item, data.payment_id, data.promo_code)
    return Response(to_wire(purchase, PurchaseRow), status_code=201 if made else 200)


@post(
    "/api/purchases/{purchase_id:str}/pre-checkout",
    status_code=200,
    policy=SERVICE,
    tags=_TAGS,
    summary="May this purchase be paid now",
)
async def pre_checkout(
    purchase_id: FromPath[str],
    pre_checkout: NamedDependency[SkipValidation[PreCheckout]],
    data: JSONBody[CheckoutBody | None] = None,
) -> Checked:
    told = data or CheckoutBody()
    refusal = await pre_checkout(serial_or(PurchaseNotFound, purchase_id), told.total_amount, told.telegram_id)
    return Checked(ok=refusal is None, error_message=refusal or UNSET)


@post(
    "/api/purchases/{purchase_id:str}/complete",
    status_code=200,
    policy=SERVICE,
    tags=_TAGS,
    summary="A purchase was paid",
    also={409},
)
async def complete_purchase(
    purchase_id: FromPath[str], data: JSONBody[Payment], settle_purchase: Settles
) -> PurchaseRow:
    """Once; repeats are harmless. A wrong amount grants nothing."""
    number = serial_or(PurchaseNotFound, purchase_id)
    return to_wire(
        await settle_purchase.complete(number, data.telegram_payment_charge_id, data.total_amount), PurchaseRow
    )


@post(
    "/api/purchases/{purchase_id:str}/fail",
    status_code=200,
    policy=ADMIN_OR_SERVICE,
    tags=_TAGS,
    summary="A purchase will not be paid",
    also={409},
)
async def fail_purchase(purchase_id: FromPath[str], settle_purchase: Settles) -> PurchaseRow:
    return to_wire(await settle_purchase.fail(serial_or(PurchaseNotFound, purchase_id)), PurchaseRow)


@post(
    "/api/purchases/{purchase_id:str}/refund",
    status_code=200,
    policy=ADMIN_OR_SERVICE,
    tags=_TAGS,
    summary="Give a purchase back",
    also={409},
)
async def refund_purchase(
    purchase_id: FromPath[str], refund_purchase: NamedDependency[SkipValidation[RefundPurchase]]
) -> PurchaseRow:
    """Takes the access back at once; Telegram is asked to give the Stars back."""
    return to_wire(await refund_purchase(serial_or(PurchaseNotFound, purchase_id)), PurchaseRow)


@get("/api/promo-codes", policy=ADMIN, tags=_CODES, summary="Promo codes", also={400})
async def list_codes(
    shop: NamedDependency[SkipValidation[Shop]], paging: NamedDependency[SkipValidation[Paging]]
) -> Page[PromoCodeRow]:
    found, total = await shop.codes(limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[PromoCodeRow]), total)


@post("/api/promo-codes", policy=ADMIN, tags=_CODES, summary="Make a promo code", also={409})
async def add_code(data: JSONBody[PromoCodeCreation], keep_codes: Keeps) -> PromoCodeRow:
    return to_wire(await keep_codes.add(_values(data)), PromoCodeRow)


@get("/api/promo-codes/{code_id:str}", policy=ADMIN, tags=_CODES, summary="A promo code")
async def show_code(code_id: FromPath[str], shop: NamedDependency[SkipValidation[Shop]]) -> PromoCodeRow:
    return to_wire(await shop.code(serial_or(PromoCodeNotFound, code_id)), PromoCodeRow)


@put("/api/promo-codes/{code_id:str}", policy=ADMIN, tags=_CODES, summary="Change a promo code", also={409})
async def change_code(code_id: FromPath[str], data: JSONBody[PromoCodeChanges], keep_codes: Keeps) -> PromoCodeRow:
    return to_wire(await keep_codes.change(serial_or(PromoCodeNotFound, code_id), _values(data)), PromoCodeRow)


@delete("/api/promo-codes/{code_id:str}", policy=ADMIN, tags=_CODES, summary="Delete a promo code")
async def delete_code(code_id: FromPath[str], keep_codes: Keeps) -> None:
    await keep_codes.delete(serial_or(PromoCodeNotFound, code_id))


@post(
    "/api/promo-codes/check",
    status_code=200,
    policy=ADMIN_OR_SERVICE,
    tags=_CODES,
    summary="What a promo code makes of a price",
    also={404},
)
async def check_code(
    data: JSONBody[PromoCheck], check_shop_promo: NamedDependency[SkipValidation[CheckPromo]]
) -> PromoChecked:
    found = await check_shop_promo(data.code, data.item)
    if isinstance(found, Refusal):
        return PromoChecked(valid=False, reason=found)
    amount, discount = found
    return PromoChecked(valid=True, amount=amount, discount=discount)


def _values(body: PromoCodeCreation | PromoCodeChanges) -> dict[str, object]:
    """A time without an offset is one in UTC. Raises Invalid for one that UTC does not have."""
    values = named(body)
    expires_at = values.get("expires_at")
    if isinstance(expires_at, datetime):
        try:
            aware = expires_at if expires_at.tzinfo else expires_at.replace(tzinfo=UTC)
            values["expires_at"] = aware.astimezone(UTC)
        except OverflowError:
            raise Invalid("expires_at is no time in UTC", field="expires_at") from None
    return values


HANDLERS: Sequence[BaseRouteHandler] = (
    create_purchase,
    pre_checkout,
    complete_purchase,
    fail_purchase,
    refund_purchase,
    list_codes,
    add_code,
    show_code,
    change_code,
    delete_code,
    check_code,
)
