"""How many examples Hypothesis tries: all of them, or a tenth where `ATG_TEST_EXAMPLES=few` (`make unit`).

No example has a deadline of its own: a busy machine is no failure.
"""

import os

from hypothesis import settings

_FEW = os.environ.get("ATG_TEST_EXAMPLES") == "few"


def examples(number: int) -> int:
    return max(1, number // 10) if _FEW else number


settings.register_profile("atg", max_examples=examples(100), deadline=None)
settings.load_profile("atg")
