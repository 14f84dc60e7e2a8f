"""What the shop has sold, for administrators: purchases, and sums by day and by item."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation
from msgspec import Struct

from atg_core.clock import Clock
from atg_core.shop.ports import PurchaseFilters, ShopQueries
from atg_core.shop.purchases import PurchaseStatus
from atg_core.words import phrase
from atg_entrypoints.http.days import First, Last, days_of, period_of
from atg_entrypoints.http.locale import Translator, translator_of
from atg_entrypoints.http.policy import SHOP
from atg_entrypoints.http.shop.wire import DaySalesRow, ItemSalesRow, PurchaseRow, Serial
from atg_entrypoints.http.table_file import AsFile, TableFile, table_routes
from atg_entrypoints.http.wire import Page, Paging, to_wire
from atg_entrypoints.settings import Settings

_MAX_ITEMS = 100_000

_TITLES = {
    "purchases": phrase("Purchases"),
    "sales-by-item": phrase("Sales by item"),
    "sales-by-day": phrase("Sales by day"),
}

AnyRequest = Request[Any, Any, Any]
Queries = NamedDependency[SkipValidation[ShopQueries]]
Pages = NamedDependency[SkipValidation[Paging]]
Now = NamedDependency[SkipValidation[Clock]]
Zone = NamedDependency[SkipValidation[Settings]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The query of these routes."""

    filters: PurchaseFilters
    first: date | None
    last: date | None

    def of(self, settings: Settings) -> PurchaseFilters:
        """With the period. Raises Invalid."""
        since, until = period_of(self.first, self.last, settings.zone)
        return replace(self.filters, since=since, until=until)

    @property
    def sold(self) -> "Asked":
        """Sold is what was paid, unless another status is asked for."""
        status = self.filters.status or PurchaseStatus.COMPLETED
        return replace(self, filters=replace(self.filters, status=status))


def _asked(
    *,
    user_id: Annotated[Serial | None, QueryParameter(name="user_id")] = None,
    lesson_id: Annotated[Serial | None, QueryParameter(name="lesson_id")] = None,
    course_id: Annotated[Serial | None, QueryParameter(name="course_id")] = None,
    status: Annotated[PurchaseStatus | None, QueryParameter(name="status")] = None,
    first: First = None,
    last: Last = None,
) -> Asked:
    filters = PurchaseFilters(user_id=user_id, lesson_id=lesson_id, course_id=course_id, status=status)
    return Asked(filters=filters, first=first, last=last)


_COMMON: dict[str, Any] = {
    "policy": SHOP,
    "tags": ["shop, purchases"],
    "also": {400},
    "dependencies": {"asked": Provide(_asked, sync_to_thread=False)},
}
Asking = NamedDependency[SkipValidation[Asked]]


@get("/api/purchases", summary="Purchases", **_COMMON)
async def list_purchases(shop_queries: Queries, settings: Zone, paging: Pages, asked: Asking) -> Page[PurchaseRow]:
    """Newest first; `from` and `to` are days of `ATG_TIMEZONE` on which they were created."""
    found, total = await shop_queries.all_purchases(asked.of(settings), limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[PurchaseRow]), total)


@table_routes("/api/purchases", summary="Purchases", **_COMMON)
async def download_purchases(
    request: AnyRequest, shop_queries: Queries, settings: Zone, asked: Asking, as_file: AsFile
) -> Response[Any]:
    filters = asked.of(settings)

    async def batches() -> AsyncIterator[Sequence[Any]]:
        async with aclosing(shop_queries.every_purchase(filters)) as found:
            async for batch in found:
                yield batch

    return await as_file(_table(translator_of(request), "purchases", PurchaseRow, batches()))


@get("/api/purchases/by-item", summary="What items have brought", **_COMMON)
async def list_sales_by_item(shop_queries: Queries, settings: Zone, paging: Pages, asked: Asking) -> Page[ItemSalesRow]:
    """What brought most first. Of completed purchases, unless another `status` is asked for."""
    filters = asked.sold.of(settings)
    found, total = await shop_queries.sales_by_item(filters, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[ItemSalesRow]), total)


@table_routes("/api/purchases/by-item", summary="What items have brought,", **_COMMON)
async def download_sales_by_item(
    request: AnyRequest, shop_queries: Queries, settings: Zone, asked: Asking, as_file: AsFile
) -> Response[Any]:
    filters = asked.sold.of(settings)

    async def batches() -> AsyncIterator[Sequence[Any]]:
        yield (await shop_queries.sales_by_item(filters, limit=_MAX_ITEMS, offset=0))[0]

    return await as_file(_table(translator_of(request), "sales-by-item", ItemSalesRow, batches()))


@get("/api/purchases/by-day", summary="What days have brought", **_COMMON)
async def list_sales_by_day(
    shop_queries: Queries, clock: Now, settings: Zone, paging: Pages, asked: Asking
) -> Page[DaySalesRow]:
    """Newest first, also days without sales; by default 30 days up to today, at most 366.

    Of completed purchases by the day of their creation, unless another `status` is asked for.
    """
    days = days_of(asked.first, asked.last, clock(), settings.zone)
    found = await shop_queries.sales_by_day(asked.sold.filters, days.bounds(paging.offset, paging.size))
    return paging.of(to_wire(found, list[DaySalesRow]), days.number)


@table_routes("/api/purchases/by-day", summary="What days have brought,", **_COMMON)
async def download_sales_by_day(
    *, request: AnyRequest, shop_queries: Queries, clock: Now, settings: Zone, asked: Asking, as_file: AsFile
) -> Response[Any]:
    days = days_of(asked.first, asked.last, clock(), settings.zone)
    found = await shop_queries.sales_by_day(asked.sold.filters, days.bounds(0, days.number))

    async def batches() -> AsyncIterator[Sequence[Any]]:
        yield found

    return await as_file(_table(translator_of(request), "sales-by-day", DaySalesRow, batches()))


def _table(translate: Translator, name: str, row: type[Struct], batches: AsyncIterator[Sequence[Any]]) -> TableFile:
    names = row.__struct_fields__

    async def rows() -> AsyncIterator[list[list[object]]]:
        async for batch in batches:
            found = [to_wire(each, row) for each in batch]
            yield [[getattr(each, name) for name in names] for each in found]

    return TableFile(name, translate(_TITLES[name]), [translate(each) for each in names], rows())


HANDLERS: Sequence[BaseRouteHandler] = (
    list_purchases,
    *download_purchases,
    list_sales_by_item,
    *download_sales_by_item,
    list_sales_by_day,
    *download_sales_by_day,
)
