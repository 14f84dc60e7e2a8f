"""The passwords that everybody tries first."""

from functools import cache
from itertools import islice


@cache
def common_passwords() -> frozenset[str]:
    """The 10,000 most common ones, in lower case, from zxcvbn's list (loaded when first asked for: it is large)."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(islice(FREQUENCY_LISTS["passwords"], 10_000))
