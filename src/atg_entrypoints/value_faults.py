"""What is wrong with a value of JSON, a query or the environment: every fault, where msgspec ends at the first."""

import types
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin
from unicodedata import category
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, UnsetType, ValidationError

from atg_core.errors import Fault
from atg_core.words import phrase

type Hook = Callable[[type, Any], Any]

EXAMPLE_INSTANT, EXAMPLE_DATE, EXAMPLE_TIME = "2026-03-02T08:00:00Z", "2026-03-02", "09:30"
EXAMPLE_UUID = "0190f5c1-7a30-7c12-8f7e-3d1f0c9b2a11"
REQUIRED = phrase("is required")
_EXAMPLES: Mapping[type, tuple[str, str]] = {
    datetime: (phrase("must be a date with a time, such as {example}"), EXAMPLE_INSTANT),
    date: (phrase("must be a date, such as {example}"), EXAMPLE_DATE),
    time: (phrase("must be a time of day, such as {example}"), EXAMPLE_TIME),
    UUID: (phrase("must be a UUID, such as {example}"), EXAMPLE_UUID),
}
_KINDS: Mapping[type, tuple[str, str]] = {
    bool: (phrase("must be true or false"), "boolean"),
    int: (phrase("must be a whole number"), "integer"),
    float: (phrase("must be a number"), "number"),
    Decimal: (phrase("must be a number"), "number"),
    str: (phrase("must be a text"), "text"),
    list: (phrase("must be a list"), "list"),
    tuple: (phrase("must be a list"), "list"),
    set: (phrase("must be a list"), "list"),
    frozenset: (phrase("must be a list"), "list"),
    dict: (phrase("must be an object"), "object"),
}
_ALLOWED = phrase("must be one of: {allowed}")
_FORM, _FORM_BY_EXAMPLE = phrase("does not have the right form"), phrase("must have a form such as {example}")
_NUL = phrase("must not contain a NUL character")
_NO_CONTROLS = phrase("must not contain line breaks, control or invisible characters")
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})
_EMAIL = phrase("must be an email address, such as {example}")
_TYPE = phrase("has the wrong type")


def faults_of(value: Any, annotation: Any, path: str, hook: Hook | None = None) -> Iterator[Fault]:
    """Every fault of a value that was to be of a type, by its path, such as `questions[0].points`."""
    plain, metas = _plain(annotation)
    try:
        msgspec.convert(value, annotation, strict=False, dec_hook=hook, str_keys=True)
    except ValidationError:
        inside = _inside(value, plain, path, hook)
        yield next(inside, None) or _own(value, plain, metas, path)
        yield from inside


def required(path: str) -> Fault:
    return Fault(path, REQUIRED, "required")


def absent(**members: object) -> list[Fault]:
    """The members that are required, of those without a value; for what a Struct can not require by itself."""
    return [required(name) for name, value in members.items() if not value]


def _plain(annotation: Any, metas: tuple[Meta, ...] = ()) -> tuple[Any, tuple[Meta, ...]]:
    """A type without its constraints, without the null and absence that it may have beside it, and the constraints."""
    while True:
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif isinstance(get_origin(annotation), TypeAliasType):
            alias = get_origin(annotation)
            annotation = alias.__value__[get_args(annotation)]
        elif get_origin(annotation) is Annotated:
            inner, *given = get_args(annotation)
            metas = (*metas, *(each for each in given if isinstance(each, Meta)))
            annotation = inner
        elif get_origin(annotation) in {Union, types.UnionType}:
            filled = [each for each in get_args(annotation) if each not in {types.NoneType, UnsetType}]
            if len(filled) != 1:
                return annotation, metas
            annotation = filled[0]
        else:
            return annotation, metas


def _inside(value: Any, plain: Any, path: str, hook: Hook | None) -> Iterator[Fault]:
    """The faults of what a value consists of."""
    kind = get_origin(plain) or plain
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(value, Mapping):
        for member in msgspec.structs.fields(plain):
            at = f"{path}.{member.encode_name}".lstrip(".")
            if member.encode_name in value:
                yield from faults_of(value[member.encode_name], member.type, at, hook)
            elif member.required:
                yield required(at)
    elif kind in {list, set, frozenset} and isinstance(value, list):
        [item] = get_args(plain) or (Any,)
        for index, each in enumerate(value):
            yield from faults_of(each, item, f"{path}[{index}]", hook)
    elif kind is dict and isinstance(value, Mapping):
        _, item = get_args(plain) or (Any, Any)
        for key, each in value.items():
            yield from faults_of(each, item, f"{path}.{key}".lstrip("."), hook)


def _own(value: Any, plain: Any, metas: tuple[Meta, ...], path: str) -> Fault:
    """The fault of a value itself."""
    kind = get_origin(plain) or plain
    if kind is Literal:
        return _one_of(path, list(get_args(plain)))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _one_of(path, [each.value for each in kind])
    if kind in _EXAMPLES:
        template, example = _EXAMPLES[kind]
        return Fault(path, template, f"not_a_{'uuid' if kind is UUID else kind.__name__}", {"example": example})
    if not _has_kind(value, kind):
        struct = isinstance(kind, type) and issubclass(kind, Struct)
        template, name = _KINDS.get(dict if struct else kind, (_TYPE, "other"))
        return Fault(path, template, "wrong_type", {"expected": name})
    return _out_of_bounds(value, kind, metas, path)


def _has_kind(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind, strict=False)
    except ValidationError:
        return False
    return True


def _one_of(path: str, allowed: list[Any]) -> Fault:
    return Fault(path, _ALLOWED, "one_of", {"allowed": allowed})


def _out_of_bounds(value: Any, kind: Any, metas: tuple[Meta, ...], path: str) -> Fault:
    bounds = {name: bound for meta in metas for name in _BOUNDS if (bound := getattr(meta, name)) is not None}
    if kind in {int, float, Decimal}:
        return _range(path, bounds)
    if "min_length" in bounds or "max_length" in bounds:
        least, most = bounds.get("min_length", 0), bounds.get("max_length")
        if len(value) < least or (most is not None and len(value) > most):
            return _length(path, is_text=kind is str, is_short=len(value) < least, least=least, most=most)
    if kind is str:
        return _pattern(value, metas, path)
    return Fault(path, _FORM, "invalid")


_BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length")


def _range(path: str, bounds: Mapping[str, Any]) -> Fault:
    """`low` and `high` are allowed; `above` and `below` are not."""
    names = {"ge": "low", "gt": "above", "le": "high", "lt": "below"}
    parameters = {names[name]: bound for name, bound in bounds.items() if name in names}
    template = _RANGES.get(frozenset(parameters), _FORM)
    return Fault(path, template, "out_of_range", parameters)


_RANGES: Mapping[frozenset[str], str] = {
    frozenset({"low", "high"}): phrase("must be between {low} and {high}"),
    frozenset({"above", "high"}): phrase("must be more than {above} and at most {high}"),
    frozenset({"low", "below"}): phrase("must be at least {low} and less than {below}"),
    frozenset({"low"}): phrase("must be at least {low}"),
    frozenset({"high"}): phrase("must be at most {high}"),
    frozenset({"above"}): phrase("must be more than {above}"),
    frozenset({"below"}): phrase("must be less than {below}"),
}


def _length(path: str, *, is_text: bool, is_short: bool, least: int, most: int | None) -> Fault:
    if is_text and is_short and least == 1:
        return Fault(path, phrase("must not be empty"), "too_short", {"min": least})
    if is_text and is_short:
        return Fault(path, phrase("must have at least {min} characters"), "too_short", {"min": least})
    if is_text:
        return Fault(path, phrase("must have at most {max} characters"), "too_long", {"max": most})
    if is_short:
        return Fault(path, phrase("must have at least {min} elements"), "too_few", {"min": least})
    return Fault(path, phrase("must have at most {max} elements"), "too_many", {"max": most})


def _pattern(value: str, metas: tuple[Meta, ...], path: str) -> Fault:
    if "\x00" in value:
        return Fault(path, _NUL, "nul_character")
    if any(category(each) in _INVISIBLE for each in value):
        return Fault(path, _NO_CONTROLS, "control_characters")
    if any("@" in (meta.pattern or "") for meta in metas):
        return Fault(path, _EMAIL, "email", {"example": "anna@example.com"})
    examples = [str(meta.examples[0]) for meta in metas if meta.examples]
    if examples:
        return Fault(path, _FORM_BY_EXAMPLE, "pattern", {"example": examples[0]})
    return Fault(path, _FORM, "pattern")
