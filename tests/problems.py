"""Assertion of problem details (RFC 9457)."""

import re

import httpx

MEMBERS = {"type", "title", "status", "detail", "code", "error", "message", "text"}


def assert_problem(reply: httpx.Response, status: int) -> None:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    body = reply.json()
    assert body.keys() - {"errors"} == MEMBERS
    assert body["status"] == status
    assert body["detail"] == body["error"] == body["message"]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", body["code"])
    assert "Traceback" not in reply.text
