"""The log: JSON, or lines to be read, with the access log like every other line."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
import structlog

from atg_entrypoints.http.access_log import log_served
from atg_entrypoints.logs import FORM, REQUEST_ID, TRACE_ID, LogFormat, configure_logs

ASKED: dict[str, Any] = {"method": "GET", "path": '/nope\n"injected": 1/ü', "status": 404, "ms": 0.7}


class Stderr(io.TextIOWrapper):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal

    def text(self) -> str:
        self.flush()
        written: bytes = self.buffer.getvalue()  # type: ignore[attr-defined]
        return written.decode()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


type Configure = Callable[..., Stderr]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    root = logging.getLogger()
    handlers, level, was_json = root.handlers, root.level, FORM.is_json

    def configure(level: str, form: LogFormat = "auto", *, is_terminal: bool = False) -> Stderr:
        monkeypatch.setattr(sys, "stderr", stderr := Stderr(is_terminal=is_terminal))
        configure_logs(level, form)
        return stderr

    yield configure
    root.handlers, FORM.is_json = handlers, was_json
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_request_is_logged_with_the_members_that_an_event_has(configured: Configure) -> None:
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


def test_a_level_above_leaves_requests_out(configured: Configure) -> None:
    stderr = configured("WARNING")
    log_served(**ASKED, request_id="the-one")
    assert stderr.lines() == []


def test_a_log_that_nobody_takes_ends_no_request(configured: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.BytesIO):
        def write(self, _line: Any) -> int:
            raise BrokenPipeError

    configured("INFO")
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(Broken()))
    log_served(**ASKED, request_id="the-one")


def test_a_line_of_what_is_traced_has_the_id_of_its_trace(configured: Configure) -> None:
    stderr, token = configured("INFO"), TRACE_ID.set("4bf92f3577b34da6a3ce929d0e0e4736")
    log_served(**ASKED, request_id="the-one")
    structlog.get_logger("atg.jobs").info("job done")
    logging.getLogger("library").warning("said")
    TRACE_ID.reset(token)
    assert [line["trace_id"] for line in stderr.lines()] == ["4bf92f3577b34da6a3ce929d0e0e4736"] * 3


def test_on_a_terminal_the_log_is_to_be_read(configured: Configure) -> None:
    stderr = configured("INFO", is_terminal=True)
    log_served(**ASKED, request_id="the-one")
    assert "served" in stderr.text()
    assert not stderr.text().startswith("{")


@pytest.mark.parametrize(("form", "is_terminal"), [("json", True), ("text", False)])
def test_a_form_can_be_ordered(configured: Configure, form: LogFormat, is_terminal: bool) -> None:
    stderr = configured("INFO", form, is_terminal=is_terminal)
    log_served(**ASKED, request_id="the-one")
    structlog.get_logger("atg.jobs").info("job done", kind="seal_audit")
    served, done = stderr.text().splitlines()
    assert served.startswith("{") == done.startswith("{") == (form == "json")
    assert "seal_audit" in done


def fail(why: str) -> None:
    raise ValueError(why)


def test_nothing_that_somebody_sends_moves_the_cursor_or_makes_a_line(configured: Configure) -> None:
    stderr, sent = configured("INFO", "text"), "\x1b[2J\nforged\r\x07"
    log_served(method="GET", path=sent, status=404, ms=1, request_id="the-one")
    logging.getLogger("library").warning("heard %s", sent)
    try:
        fail(sent)
    except ValueError as error:
        structlog.get_logger("atg.http").error("unexpected error", exc_info=error)
    text = stderr.text()
    assert set(text) & {"\x1b", "\r", "\x07"} == set()
    assert [line for line in text.splitlines() if line.startswith("forged") and "\\r" not in line] == []
    assert "ValueError" in text


def test_local_variables_are_in_neither_form(configured: Configure) -> None:
    for form in ("text", "json"):
        stderr, password = configured("INFO", form), "hunter".upper()
        try:
            fail(str(len(password)))
        except ValueError as error:
            structlog.get_logger("atg.http").error("unexpected error", exc_info=error)
        assert "ValueError" in stderr.text()
        assert "HUNTER" not in stderr.text()


def test_no_library_writes_addresses_of_what_was_asked(configured: Configure) -> None:
    """httpx would write each with its query."""
    stderr = configured("DEBUG", "json")
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get("https://zoom.example.com/rec/download?access_token=hush")
    assert "hush" not in stderr.text()
