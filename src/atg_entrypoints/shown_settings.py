"""The settings as people may see them: secrets only as whether they are there."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import to_builtins
from msgspec.structs import fields

from atg_entrypoints.environment import all_variables
from atg_entrypoints.settings import Settings, variable_of
from atg_entrypoints.start_log import without_credentials
from atg_entrypoints.variable_names import OTHER_NAMES

_SECRET = re.compile(r"(secret|password|token|tokens|key|keys|dsn)$")
HIDDEN = "(set, not shown)"


class ShownSetting(NamedTuple):
    """`value`: what is written as JSON; HIDDEN for a secret. `is_set`: in the environment or in .env."""

    variable: str
    value: Any
    is_set: bool

    @property
    def text(self) -> str:
        value = self.value
        return ",".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)

    @property
    def is_hidden(self) -> bool:
        return bool(self.value == HIDDEN)


def shown_settings(settings: Settings) -> Sequence[ShownSetting]:
    given = all_variables()
    return [
        ShownSetting(
            variable_of(field.name),
            _shown(settings, field.name),
            any(given.get(name) for name in (variable_of(field.name), OTHER_NAMES.get(field.name)) if name),
        )
        for field in fields(Settings)
    ]


def _shown(settings: Settings, name: str) -> Any:
    value = getattr(settings, name)
    if _SECRET.search(name):
        return HIDDEN if value else ""
    if isinstance(value, str) and "://" in value:
        return without_credentials(value)
    return to_builtins(value)
