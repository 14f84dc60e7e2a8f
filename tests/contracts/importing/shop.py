"""Import of promo codes of the shop, over every `ImportStore`."""

from datetime import UTC, datetime

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.contracts.importing.samples import only_row, refused


class ShopImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_promo_codes_are_kept_in_upper_case_with_the_uses_that_they_have(self, container: Container) -> None:
        spring = {"code": "Spring-20", "discount_percent": "20", "max_uses": "2", "expires_at": "2026-06-01"}
        await arrange(container, promo_codes=[spring])
        code = await only_row(container, "shop_promo_codes")
        assert (code["code"], code["discount_percent"], code["max_uses"]) == ("SPRING-20", 20, 2)
        assert (code["current_uses"], code["discount_amount"], code["is_active"]) == (0, None, True)
        assert code["expires_at"] == datetime(2026, 6, 1, tzinfo=UTC)
        same = spring | {"code": "spring-20"}
        assert (await arrange(container, promo_codes=[same]))["promo-codes.csv"] == Counts(unchanged=1)
        ten = same | {"max_uses": "10", "discount_amount": "5"}
        assert (await arrange(container, promo_codes=[ten]))["promo-codes.csv"] == Counts(updated=1)
        assert await refused(container, promo_codes=[spring, same]) == ["promo-codes.csv:3: repeats line 2"]
        bad = [{"code": "two words"}, {"code": "X" * 51}, {"code": "A", "discount_percent": "101"}]
        errors = await refused(container, promo_codes=[*bad, {"code": "B", "discount_amount": "1000001"}])
        assert [error.split(": is not")[0] for error in errors] == [
            "promo-codes.csv:2: code",
            "promo-codes.csv:3: code",
            "promo-codes.csv:4: discount_percent",
            "promo-codes.csv:5: discount_amount",
        ]
