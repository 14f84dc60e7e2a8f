"""What schemathesis loads: how it signs in, and which findings are none."""

import os
from itertools import count
from typing import Any

import schemathesis

from tests.fuzz.accepted import is_accepted
from tests.fuzz.roles import WEBHOOK_SECRET, token_of

ROLE, URL = os.environ["FUZZ_ROLE"], os.environ["FUZZ_URL"]
_numbers = count()

if ROLE != "anonymous":

    @schemathesis.auth(refresh_interval=600)
    class SignedIn:
        """Signs in, and again after a reply of 401: the fuzz ends its own sessions, too."""

        def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str | None:
            return token_of(ROLE, URL)

        def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.deserializer("text/csv")
def text_of(context: schemathesis.DeserializationContext, response: schemathesis.Response) -> str:
    """A table is a text, as far as its schema goes."""
    return response.text


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Each request comes from another address, so that rate_limiters do not hide what is behind them."""
    number = next(_numbers)
    case.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    if ROLE == "service" and case.path == "/webhooks/telegram":
        case.headers["X-Telegram-Bot-Api-Secret-Token"] = WEBHOOK_SECRET


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Any, case: schemathesis.Case, response: schemathesis.Response
) -> bool:
    return not is_accepted(failure, case, response)
