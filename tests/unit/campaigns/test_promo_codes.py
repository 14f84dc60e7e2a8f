"""The format of promo codes."""

import re
from datetime import UTC, datetime, timedelta, timezone

from atg_core.campaigns.promo_codes import new_promo_code

NOON = datetime(2026, 3, 2, 12, 5, 9, tzinfo=UTC)


def test_a_code_ends_with_the_time_in_utc_and_no_two_are_alike() -> None:
    codes = {new_promo_code(NOON.astimezone(timezone(timedelta(hours=5)))) for _ in range(2_000)}
    assert len(codes) == 2_000
    assert all(re.fullmatch(r"PROMO-[A-Z0-9]{6,8}-120509", code) for code in codes)
    assert {len(code) for code in codes} == {19, 20, 21}
