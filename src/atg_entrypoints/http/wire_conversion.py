"""How entities become wire Structs: one function for each Struct, made when it is first needed.

It does not check what it is given, as msgspec's `convert` does: an entity has the types of its fields.
"""

from collections.abc import Callable, Sequence
from functools import cache
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, TypeAliasType, Union, get_args, get_origin

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import fields

type Conversion = Callable[[Any], Any]


class Conversions:
    """`leaves`: how values of these types are converted; those of other types stay as they are."""

    def __init__(self, leaves: dict[type, Conversion]) -> None:
        self._leaves = leaves
        self.find: Callable[[Any], Conversion] = cache(self._find)

    def _find(self, kind: Any) -> Conversion:
        return self._conversion(kind) or _same

    def _conversion(self, kind: Any) -> Conversion | None:
        """None for what stays as it is."""
        origin, arguments = get_origin(kind), get_args(kind)
        if isinstance(kind, TypeAliasType):
            return self._conversion(kind.__value__)
        if origin is Annotated:
            return self._conversion(arguments[0])
        if origin in {Union, UnionType}:
            return self._of_union([each for each in arguments if each not in {NoneType, UnsetType}])
        if origin in {list, Sequence, tuple}:
            each = self._conversion(arguments[0])
            return each and _of_list(each)
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self._of_struct(kind)
        return self._leaves.get(kind)

    def _of_union(self, kinds: Sequence[Any]) -> Conversion | None:
        conversions = [each for each in map(self._conversion, kinds) if each]
        if not conversions:
            return None
        if len(kinds) > 1:
            raise TypeError(f"which of {kinds} a value is can not be told")
        return _of_optional(conversions[0])

    def _of_struct(self, wire: type[Struct]) -> Conversion:
        """Written as source: a loop over the fields takes twice as long."""
        names: dict[str, Any] = {"wire": wire}
        arguments = []
        for field in fields(wire):
            conversion = self._conversion(field.type)
            names[f"to_{field.name}"] = conversion
            value = f"entity.{field.name}"
            if not field.required:  # the entity may not have it
                names[f"{field.name}_else"] = field.default
                value = f"getattr(entity, '{field.name}', {field.name}_else)"
            arguments.append(f"{field.name}={f'to_{field.name}({value})' if conversion else value}")
        convert: Conversion = eval(f"lambda entity: wire({', '.join(arguments)})", names)  # noqa: S307 - only names of fields
        return lambda value: convert(SimpleNamespace(**value) if isinstance(value, dict) else value)


def _same(value: Any) -> Any:
    return value


def _of_list(each: Conversion) -> Conversion:
    return lambda values: [each(value) for value in values]


def _of_optional(conversion: Conversion) -> Conversion:
    return lambda value: value if value is None or value is UNSET else conversion(value)
