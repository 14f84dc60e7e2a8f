"""Purchases, as the bot makes them: checkout, payment and refund."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, SkipValidation

from atg_core.shop.checkout import CreatePurchase, PreCheckout, SettlePurchase
from atg_core.shop.ports import PurchaseNotFound
from atg_core.shop.refunds import RefundPurchase
from atg_entrypoints.http.locale import translator_of
from atg_entrypoints.http.policy import SERVICE, SHOP_OR_SERVICE
from atg_entrypoints.http.shop.wire import (
    Checked,
    CheckoutBody,
    Payment,
    PurchaseCreation,
    PurchaseRow,
)
from atg_entrypoints.http.wire import serial_or, to_wire

_TAGS = ["shop, purchases"]

Settles = NamedDependency[SkipValidation[SettlePurchase]]


@post(
    "/api/purchases/create",
    policy=SHOP_OR_SERVICE,
    tags=_TAGS,
    summary="Create a purchase, with or without a promo code",
    also={404, 409},
    instead={200: ResponseSpec(PurchaseRow, generate_examples=False, description="It was created before")},
)
async def create_purchase(
    data: JSONBody[PurchaseCreation], create_purchase: NamedDependency[SkipValidation[CreatePurchase]]
) -> Response[PurchaseRow]:
    """`payment_id` is an idempotency key: repeated with the same content it gives the same purchase (200).

    A free purchase is completed at once.
    """
    purchase, made = await create_purchase(data.user_id, data.item, data.payment_id, data.promo_code)
    return Response(to_wire(purchase, PurchaseRow), status_code=201 if made else 200)


@post(
    "/api/purchases/{purchase_id:str}/pre-checkout",
    status_code=200,
    policy=SERVICE,
    tags=_TAGS,
    summary="Check that a purchase may be paid now",
)
async def pre_checkout(
    request: Request[Any, Any, Any],
    purchase_id: FromPath[str],
    pre_checkout: NamedDependency[SkipValidation[PreCheckout]],
    data: JSONBody[CheckoutBody | None] = None,
) -> Checked:
    body = data or CheckoutBody()
    refusal = await pre_checkout(serial_or(PurchaseNotFound, purchase_id), body.total_amount, body.telegram_id)
    if refusal is None:
        return Checked(ok=True)
    translate = translator_of(request)
    return Checked(ok=False, error_message=translate(refusal))


@post(
    "/api/purchases/{purchase_id:str}/complete",
    status_code=200,
    policy=SERVICE,
    tags=_TAGS,
    summary="Complete a purchase that was paid",
    also={409},
)
async def complete_purchase(
    purchase_id: FromPath[str], data: JSONBody[Payment], settle_purchase: Settles
) -> PurchaseRow:
    """Idempotent. A wrong amount grants nothing."""
    number = serial_or(PurchaseNotFound, purchase_id)
    return to_wire(
        await settle_purchase.complete(number, data.telegram_payment_charge_id, data.total_amount), PurchaseRow
    )


@post(
    "/api/purchases/{purchase_id:str}/fail",
    status_code=200,
    policy=SHOP_OR_SERVICE,
    tags=_TAGS,
    summary="Fail a purchase that will not be paid",
    also={409},
)
async def fail_purchase(purchase_id: FromPath[str], settle_purchase: Settles) -> PurchaseRow:
    return to_wire(await settle_purchase.fail(serial_or(PurchaseNotFound, purchase_id)), PurchaseRow)


@post(
    "/api/purchases/{purchase_id:str}/refund",
    status_code=200,
    policy=SHOP_OR_SERVICE,
    tags=_TAGS,
    summary="Refund a purchase",
    also={409},
)
async def refund_purchase(
    purchase_id: FromPath[str], refund_purchase: NamedDependency[SkipValidation[RefundPurchase]]
) -> PurchaseRow:
    """Revokes the access at once; a job asks Telegram to refund the Stars."""
    return to_wire(await refund_purchase(serial_or(PurchaseNotFound, purchase_id)), PurchaseRow)


HANDLERS: Sequence[BaseRouteHandler] = (
    create_purchase,
    pre_checkout,
    complete_purchase,
    fail_purchase,
    refund_purchase,
)
