"""Lines of the log, for tests that look at them."""

from structlog.testing import capture_logs as logged

__all__ = ["logged"]
