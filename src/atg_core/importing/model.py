"""The description of a kind of rows; reading, checking and writing all follow from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from atg_core.importing.cells import Parse

type Key = tuple[Any, ...]
"""The values of a kind's key fields, which say whether a row is stored already."""

type Listed = list[tuple[Any, bool]]
"""The items of a list as they are stored, texts or ids, and which of them are chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column whose cell is one value of the record.

    `field`: the stored column. An empty cell means `default`, which is also what a new record has without the column.
    `also_in_profile`: kept in the companion table too; `in_profile`: only there. `secret`: a password, stored as its
    hash. `kept_when_empty`: an empty cell leaves what is stored. `default_now`: the same, and a new record gets the
    time of the import. `reserved`: a value that no row gives or takes away, exported as the default.
    """

    header: str
    parse: Parse
    field: str
    required: bool = False
    default: Any = None
    default_now: bool = False
    in_profile: bool = False
    also_in_profile: bool = False
    secret: bool = False
    kept_when_empty: bool = False
    reserved: Any = None

    @property
    def meant_by_nothing(self) -> Any:
        """What an empty cell says; None where it leaves what is stored."""
        return None if self.kept_when_empty or self.default_now else self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Columns that together are the key of a record of another kind; its id becomes the value of a field.

    `targets` names the kind and the field; where there are several, the first that holds such a record. `otherwise`:
    the header of the cell that counts where this one, the only one, is empty or absent.
    """

    headers: tuple[str, ...]
    targets: Mapping[str, str]
    required: bool = True
    otherwise: str | None = None
    in_profile: bool = False

    @property
    def is_always_given(self) -> bool:
        """Whether each row names such a record."""
        return self.required or self.otherwise is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A cell with a list, each item a row of a child table in the order of the list.

    `most`: how many characters an item may have. `chosen`: the header whose numbers (from 1) mark some of the items,
    and the flag that it sets; `may_be_empty`: there need not be an item to mark. `target`: the kind of which each item
    names a record, by a key of one column; `field` has its id then, and no record stands in a list twice.
    """

    header: str
    table: str
    parent: str
    field: str
    most: int | None = None
    chosen: tuple[str, str] | None = None
    may_be_empty: bool = False
    target: str | None = None

    @property
    def headers(self) -> list[str]:
        return [self.header, *(self.chosen or ())[:1]]

    @property
    def reference(self) -> Reference | None:
        """What each of the items is, where they name records."""
        return Reference(headers=(self.header,), targets={self.target: self.field}) if self.target else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule about several cells of a row: `require` takes the values of `fields`, and raises Invalid.

    A list is named by its table.
    """

    fields: tuple[str, ...]
    require: Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of rows: a table, the fields by which a record is known again, and what the columns mean.

    `constants`: what every new record has; `only`: which records of the table are exported.
    `settles`: whether something follows from them for learners.
    """

    name: str
    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[Reference, ...] = ()
    items: tuple[Items, ...] = ()
    checks: tuple[Check, ...] = ()
    profile_table: str | None = None
    uuid: bool = False
    constants: Mapping[str, Any] = field(default_factory=dict)
    only: Mapping[str, Any] = field(default_factory=dict)
    settles: bool = False

    @property
    def profile_fields(self) -> set[str]:
        """The fields that are kept in the companion table."""
        columns = {column.field for column in self.columns if column.in_profile or column.also_in_profile}
        return columns | {field for ref in self.references if ref.in_profile for field in ref.targets.values()}

    @property
    def main_fields(self) -> set[str]:
        """The fields that are kept in the table itself."""
        columns = {column.field for column in self.columns if not column.in_profile}
        return columns | {field for ref in self.references if not ref.in_profile for field in ref.targets.values()}

    @property
    def headers(self) -> list[str]:
        """All headers, in the order of a template: references, columns, lists."""
        references = [header for reference in self.references for header in reference.headers]
        lists = [header for listed in self.items for header in listed.headers]
        return list(dict.fromkeys([*references, *(column.header for column in self.columns), *lists]))

    @property
    def key_headers(self) -> list[str]:
        """The headers whose cells are the key."""
        headers: list[str] = []
        for name in self.key:
            reference = next((each for each in self.references if name in each.targets.values()), None)
            column = next((each for each in self.columns if each.field == name), None)
            headers += reference.headers if reference else [column.header] if column else []
        return list(dict.fromkeys(headers))

    @property
    def required_headers(self) -> list[str]:
        references = [header for reference in self.references if reference.required for header in reference.headers]
        asked = {name for check in self.checks for name in check.fields}
        lists = [header for listed in self.items if listed.table in asked for header in listed.headers]
        return references + [column.header for column in self.columns if column.required] + lists

    @property
    def reserved(self) -> dict[str, Any]:
        """The values that no row gives or takes away, by field."""
        return {column.field: column.reserved for column in self.columns if column.reserved is not None}

    def header_of(self, field: str | None) -> str | None:
        """The column that is to blame for a field, None where there is none."""
        headers = {column.field: column.header for column in self.columns if not column.secret}
        headers |= {name: each.headers[-1] for each in self.references for name in each.targets.values()}
        headers |= {listed.table: listed.header for listed in self.items}
        return headers.get(field or "")

    def has_secret(self, headers: Sequence[str]) -> bool:
        """Whether a file with these headers has a column that is hashed."""
        return any(column.secret and column.header in headers for column in self.columns)

    def of_row(self, _row: Mapping[str, str]) -> "Kind":
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A kind of rows that go to one of several tables, by which of the deciding columns is filled."""

    name: str
    by: Mapping[str, Kind]

    @property
    def headers(self) -> list[str]:
        return list(dict.fromkeys(header for kind in self.by.values() for header in kind.headers))

    @property
    def required_headers(self) -> list[str]:
        deciding = set(self.by)
        return [header for kind in self.by.values() for header in kind.required_headers if header not in deciding]

    def of_row(self, row: Mapping[str, str]) -> Kind:
        """Raises ValueError unless exactly one of the deciding columns is filled."""
        filled = [header for header in self.by if row.get(header, "").strip()]
        if len(filled) != 1:
            raise ValueError(f"needs exactly one of {', '.join(self.by)}")
        return self.by[filled[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a file: header → text, with the number of its line; `surplus`: it has more cells than headers."""

    line: int
    cells: Mapping[str, str]
    surplus: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """What is wrong with a row; `column` is None where it is the row as a whole. `cells`: the row itself."""

    file: str
    line: int
    column: str | None
    reason: str
    cells: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        column = f" {self.column}:" if self.column else ""
        return f"{self.file}:{self.line}:{column} {self.reason}"


@dataclass(slots=True, kw_only=True)
class Record:
    """A checked row. `fields`: what the file has columns for; `items`: the lists by their table; `cells`: as read."""

    line: int
    fields: dict[str, Any]
    items: dict[str, Listed]
    cells: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = None

    def key(self, kind: Kind) -> Key:
        return tuple(self.fields[field] for field in kind.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a record changes of what is stored: fields, and lists by their table."""

    stored_id: Any
    record: Record
    fields: Mapping[str, Any]
    items: Mapping[str, Listed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A record as it is stored: its id, its fields, and its lists by table."""

    id: Any
    fields: Mapping[str, Any]
    items: Mapping[str, Listed]


@dataclass(slots=True, kw_only=True)
class Counts:
    """What came of the rows of one file."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
