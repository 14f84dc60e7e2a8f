"""A row of the authorisation table: a route and its expected answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from tests.authorisation.callers import CALLERS, STEADY, Answers, with_former

_NAME = re.compile(r"\{\w+(:\w+)?\}")

type Route = tuple[str, str]
"""A method, and a path whose parameters are `{}`."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request, with what each caller is answered. Names in braces are those of the world."""

    method: str
    path: str
    answers: Answers
    json: Any = None
    form: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        assert set(STEADY) <= self.answers.keys() <= set(CALLERS), self

    @property
    def route(self) -> Route:
        return self.method, shape(self.path.partition("?")[0])

    @property
    def names(self) -> list[str]:
        """What its path names, in this order."""
        return re.findall(r"\{(\w+)\}", self.path.partition("?")[0])

    @property
    def may(self) -> str | None:
        """Somebody who may ask this: an administrator, if they may."""
        return next((caller for caller in ("admin", *self.answers) if self.answers[caller] < 400), None)

    @property
    def is_for_holders(self) -> bool:
        """Whether it is for whoever has a token that only one to whom it was given can have."""
        return "token=" in self.path

    def naming(self, name: str, other: str) -> "Row":
        """The same of something else."""
        return replace(self, path=self.path.replace(f"{{{name}}}", other, 1))

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.json or self.form or ''}"


def row(asked: str, answers: Answers, json: Any = None, **more: Any) -> Row:
    """`asked`: a method and a path. `form`: a value that is bytes is sent as a file."""
    method, _, path = asked.partition(" ")
    return Row(method=method, path=path, answers=with_former(answers), json=json, **more)


def shape(path: str) -> str:
    return _NAME.sub("{}", path)


def routes_of(api: Litestar) -> set[Route]:
    """Every route of an application but those that Litestar makes to tell the methods of others."""
    return {
        (method, shape(route.path))
        for route in api.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    }


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """With what the names in braces stand for; a text that is nothing but a name becomes the value itself."""
    if isinstance(value, str):
        if re.fullmatch(r"\{\w+\}", value):
            return names[value[1:-1]]
        return re.sub(r"\{(\w+)\}", lambda match: str(names[match[1]]), value)
    if isinstance(value, Mapping):
        return {key: filled(each, names) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [filled(each, names) for each in value]
    return value
