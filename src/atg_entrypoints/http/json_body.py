"""Texts of JSON bodies, as they are kept: in NFC, and names, emails and codes without white space around them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.typing import FieldDefinition
from msgspec import inspect

from atg_core.text import composed
from atg_entrypoints.http.wire import EMAIL, NAME, TRIMMED

_AS_SENT = frozenset({"password", "current", "new", "key"})
"""Members that are taken as they are: other characters, even if they look alike, are another password, and a key of an
object that is not in NFC is refused, as in paths and forms."""
_MEMBERS = "members"
_TRIMMED_PATTERNS = frozenset({EMAIL, NAME})
_BEYOND_MICROSECONDS = re.compile(r"(?<=\.[0-9]{6})[0-9]+")
"""Else they are rounded, and the end of a day becomes the next one."""


@dataclass(slots=True)
class Members:
    """Names of members of a body, at any depth: `trimmed` names, emails and codes, and `moments`."""

    trimmed: set[str] = field(default_factory=set)
    moments: set[str] = field(default_factory=set)


class JsonRequest[User, Auth](Request[User, Auth, State]):
    """A request whose JSON body is read as its texts are kept."""

    __slots__ = ("_is_read",)

    async def json(self) -> Any:
        value = await super().json()
        if not getattr(self, "_is_read", False):
            self._is_read = True
            # Noted at the handler: to look it up by the body would hash all of its description for each request.
            members = self.route_handler.opt.get(_MEMBERS)
            if members is None:
                members = self.route_handler.opt[_MEMBERS] = members_of(self.route_handler.parsed_data_field)
            self._json = self._connection_state.json = kept(value, members)
        return self._json


def kept(value: Any, members: Members, name: str = "") -> Any:
    """The value of the member `name` with its texts as they are kept."""
    if isinstance(value, str):
        return _text(value, members, name)
    if isinstance(value, dict):
        return {key: kept(member, members, key) for key, member in value.items()}
    if isinstance(value, list):
        return [kept(item, members, name) for item in value]
    return value


def _text(value: str, members: Members, name: str) -> str:
    if name in _AS_SENT:
        return value
    if name in members.moments:
        return _BEYOND_MICROSECONDS.sub("", value)
    return composed(value.strip() if name in members.trimmed else value)


@cache
def members_of(body: FieldDefinition | None) -> Members:
    found = Members()
    if body is not None:
        _collect(inspect.type_info(body.annotation), "", found, set())
    return found


def _collect(of: inspect.Type, name: str, found: Members, seen: set[type]) -> None:
    if _is_trimmed(of):
        found.trimmed.add(name)
    if isinstance(of, inspect.DateTimeType):
        found.moments.add(name)
    if isinstance(of, inspect.StructType) and of.cls not in seen:
        seen.add(of.cls)
        for member in of.fields:
            _collect(member.type, member.encode_name, found, seen)
    for part in _parts(of):
        _collect(part, name, found, seen)


def _is_trimmed(of: inspect.Type) -> bool:
    if isinstance(of, inspect.Metadata):
        return of.extra == TRIMMED
    return isinstance(of, inspect.StrType) and of.pattern in _TRIMMED_PATTERNS


def _parts(of: inspect.Type) -> Iterable[inspect.Type]:
    """The types of which this one is made, under the same name; values of free members are left as they are."""
    match of:
        case inspect.Metadata(type=part) | inspect.ListType(item_type=part):
            return (part,)
        case inspect.UnionType(types=parts):
            return parts
    return ()
