"""The access log is like every other line of the log."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import structlog

from atg_entrypoints.http.access_log import log_served
from atg_entrypoints.logs import REQUEST_ID, configure_logs

ASKED: dict[str, Any] = {"method": "GET", "path": '/nope\n"injected": 1/ü', "status": 404, "ms": 0.7}


class Stderr(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        self.flush()
        written = self.buffer.getvalue()  # type: ignore[attr-defined]
        return [json.loads(line) for line in written.decode().splitlines()]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Stderr]]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level

    def configure(level: str) -> Stderr:
        monkeypatch.setattr(sys, "stderr", stderr := Stderr())
        configure_logs(level)
        return stderr

    yield configure
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_request_is_logged_with_the_members_that_an_event_has(configured: Callable[[str], Stderr]) -> None:
    stderr = configured("INFO")
    log_served(**ASKED, request_id="the-one")
    token = REQUEST_ID.set("the-one")
    structlog.get_logger("atg.access").info("served", **ASKED)
    REQUEST_ID.reset(token)
    ours, events = stderr.lines()
    for line in (ours, events):
        assert datetime.fromisoformat(line.pop("timestamp")).tzinfo
    assert ours == events == {
        **ASKED, "event": "served", "request_id": "the-one", "level": "info", "logger": "atg.access",
    }  # fmt: skip
    assert list(ours) == list(events)


def test_a_level_above_leaves_requests_out(configured: Callable[[str], Stderr]) -> None:
    stderr = configured("WARNING")
    log_served(**ASKED, request_id="the-one")
    assert stderr.lines() == []


def test_a_log_that_nobody_takes_ends_no_request(
    configured: Callable[[str], Stderr], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(io.BytesIO):
        def write(self, _line: Any) -> int:
            raise BrokenPipeError

    configured("INFO")
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(Broken()))
    log_served(**ASKED, request_id="the-one")
