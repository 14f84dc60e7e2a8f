"""Values that no two records share: who has them, and what rows can be stored although they exchange them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from atg_core.importing.model import Kind, Unique
from atg_core.importing.ports import Holder, ImportStore
from atg_core.importing.records import Key, Record, StoredRecord


class Blocked(NamedTuple):
    """Why a record can not be stored now: the field of a value that another record has."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`blocked`: records whose value another one has and keeps; `vacated`: fields that have to be written first, since
    another record gets their value."""

    blocked: Mapping[Key, Blocked]
    vacated: Mapping[Key, Mapping[str, Any]]


async def judge(
    kind: Kind,
    store: ImportStore,
    records: Mapping[Key, Record],
    stored: Mapping[Key, StoredRecord],
    written: Mapping[Key, Mapping[str, Any]],
) -> Verdict:
    """`written`: the fields that would be written, by key. One query for each unique value of the kind.

    A record that is blocked gives up nothing, which may block others.
    """
    claims = [await _claims(unique, kind, store, stored, written) for unique in kind.unique]
    key_of = {record.id: key for key, record in stored.items()}
    blocked: dict[Key, Blocked] = {}
    count = -1
    while len(blocked) != count:
        count = len(blocked)
        for each in claims:
            each.block(blocked, key_of, records)
    vacated: dict[Key, Mapping[str, Any]] = {}
    for each in claims:
        for key, value in each.wanted.items():
            giver = key_of.get(each.holders[value].id) if value in each.holders and key not in blocked else None
            if giver is not None and giver != key:
                vacated[giver] = {**vacated.get(giver, {}), **(each.unique.vacated or {})}
    return Verdict(blocked=blocked, vacated=vacated)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claims:
    """The values that records newly want. `after`: the values of all when all is stored."""

    unique: Unique
    after: Mapping[Key, Any]
    wanted: Mapping[Key, Any]
    holders: Mapping[Any, Holder]

    def block(self, blocked: dict[Key, Blocked], key_of: Mapping[Any, Key], records: Mapping[Key, Record]) -> None:
        """Adds the records that can not have the value."""
        first: dict[Any, Key] = {}
        for key, value in self.wanted.items():
            if key in blocked:
                continue
            holder = self.holders.get(value)
            if value in first:
                reason = f"conflicts with {first[value][-1]} in line {records[first[value]].line}"
            elif holder and not self._is_given_up(value, key, key_of.get(holder.id), blocked):
                reason = f"conflicts with {holder.name}"
            else:
                first[value] = key
                continue
            blocked[key] = Blocked(self.unique.fields[0], reason)

    def _is_given_up(self, value: Any, key: Key, giver: Key | None, blocked: Mapping[Key, Blocked]) -> bool:
        if giver == key:
            return True
        gives = giver is not None and giver in self.after and giver not in blocked and self.after[giver] != value
        return gives and self.unique.vacated is not None


async def _claims(
    unique: Unique,
    kind: Kind,
    store: ImportStore,
    stored: Mapping[Key, StoredRecord],
    written: Mapping[Key, Mapping[str, Any]],
) -> _Claims:
    before = {key: unique.value_of(record.fields) for key, record in stored.items()}
    fields = {key: {**stored[key].fields, **new} if key in stored else new for key, new in written.items()}
    after = {key: unique.value_of(each) for key, each in fields.items()}
    wanted = {key: value for key, value in after.items() if value is not None and value != before.get(key)}
    holders = await store.holders(kind, unique, set(wanted.values())) if wanted else {}
    return _Claims(unique=unique, after=after, wanted=wanted, holders=holders)
