"""Lines of the log, for tests that look at them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.testing import capture_logs


@contextmanager
def logged() -> Iterator[list[Any]]:
    """What is logged meanwhile.

    structlog would count as configured from then on, which decides on the form of the access log.
    """
    was_configured = structlog.is_configured()
    with capture_logs() as lines:
        yield lines
    if not was_configured:
        structlog.reset_defaults()
