"""Whether a peer answers what the product answers: the same JSON, but for how an instant is written."""

import contextlib
from datetime import UTC, datetime
from typing import Any

from bench.throughput.contenders import Contender
from bench.throughput.measuring import ask
from bench.throughput.routes import Route

_SOME = 10


def require_same(route: Route, product: Contender, peer: Contender) -> None:
    """Raises AssertionError if they differ."""
    requests = list(route.requests())[:_SOME]
    for request, ours, theirs in zip(requests, ask(product, requests), ask(peer, requests), strict=True):
        difference = _difference(ours.json(), theirs.json(), "$")
        assert not difference, f"{request.method} {request.path}: {peer.name} differs from the product: {difference}"


def _difference(one: Any, other: Any, where: str) -> str:
    """The first that is found."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return f"{where} has {sorted(one.keys() ^ other.keys())} on one side"
        found = (_difference(one[name], other[name], f"{where}.{name}") for name in one)
        return next(filter(None, found), "")
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{where} has {len(one)} and {len(other)}"
        found = (_difference(a, b, f"{where}[{place}]") for place, (a, b) in enumerate(zip(one, other, strict=True)))
        return next(filter(None, found), "")
    return "" if _instant(one) == _instant(other) else f"{where} is {one!r} and {other!r}"


def _instant(value: Any) -> Any:
    if isinstance(value, str) and "T" in value:
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(value).astimezone(UTC)
    return value
