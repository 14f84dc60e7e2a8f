"""Every column of a file has a name in the catalogue."""

import pytest
from msgspec import Struct

from atg_adapters.words.catalogue import Catalogue
from atg_core.words import Language
from atg_entrypoints.http.campaigns import columns as of_campaigns
from atg_entrypoints.http.campaigns.wire import DayRow, EventRow, IssuedCodeRow, ParticipantRow, ViewedRow, VisitRow
from atg_entrypoints.http.shop import columns as of_shop
from atg_entrypoints.http.shop.wire import DaySalesRow, ItemSalesRow, PurchaseRow


@pytest.mark.parametrize("row", [DayRow, EventRow, IssuedCodeRow, ParticipantRow, ViewedRow, VisitRow])
def test_columns_of_campaigns_have_names(row: type[Struct]) -> None:
    assert set(row.__struct_fields__) <= of_campaigns.COLUMNS


@pytest.mark.parametrize("row", [DaySalesRow, ItemSalesRow, PurchaseRow])
def test_columns_of_the_shop_have_names(row: type[Struct]) -> None:
    assert set(row.__struct_fields__) <= of_shop.COLUMNS


def test_russian_readers_see_russian_names() -> None:
    words = Catalogue()
    shown = {words.text(name, Language.RU) for name in of_campaigns.COLUMNS | of_shop.COLUMNS}
    assert [name for name in shown if name.isascii()] == ["ID"]
