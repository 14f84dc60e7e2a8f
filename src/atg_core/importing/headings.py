"""The columns of a file and those of a kind: found by their names, in any case, and by names of other systems."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType

from atg_core.importing.cells import tidy
from atg_core.importing.model import Kind, KindChoice
from atg_core.importing.records import Row

_BETWEEN = re.compile(r"[\s_./\\-]+")
_REMARK = re.compile(r"\s*[\[(][^\[\]()]*[\])]\s*")
# Of Excel in English and Russian, and of LibreOffice; hashes stand for a number that is wider than its column.
_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|GETTING_DATA"
    r"|Н/Д|ССЫЛКА!|ЗНАЧ!|ДЕЛ/0!|ИМЯ\?|ПУСТО!|ЧИСЛО!|ПЕРЕНОС!|ВЫЧИСЛ!)|Err:[0-9]{3}|#{3,}",
    re.IGNORECASE,
)
# What Excel saves in CSV of a long number: its other digits are lost.
_ROUNDED = re.compile(r"-?[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}")


def folded(name: str) -> str:
    """Equal for names that differ in case, separators, invisible characters and marks of required columns."""
    text = unicodedata.normalize("NFKC", tidy(name)).casefold().replace("ё", "е")
    return _BETWEEN.sub(" ", text).strip(" *:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A column made of others where a file lacks it, or, unless it only `replaces` it, has an empty cell.

    `parts`: the names of each of the others; `numbered`: one part, followed by numbers from 1. `make` takes the tidy
    cells, in that order, and raises ValueError; `what` describes it.
    """

    header: str
    parts: tuple[tuple[str, ...], ...]
    make: Callable[[Sequence[str]], str]
    what: str
    numbered: bool = False
    replaces: bool = False

    def places(self, names: Sequence[str]) -> list[int | None]:
        """Where the parts stand among folded names; empty if none is there."""
        if self.numbered:
            numbers = {
                int(match[1]): place
                for place, name in enumerate(names)
                for part in self.parts[0]
                if (match := re.fullmatch(rf"{re.escape(folded(part))} ?([0-9]{{1,2}})", name))
            }
            return [numbers.get(number) for number in range(1, max(numbers, default=0) + 1)]
        found = [next((names.index(name) for name in map(folded, part) if name in names), None) for part in self.parts]
        return found if any(place is not None for place in found) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignNames:
    """What other systems call the columns of a kind; `left_out`: a pattern of what has no place here."""

    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    derived: tuple[Derived, ...] = ()
    left_out: re.Pattern[str] = re.compile(r"(?!)")


class LostValue(ValueError):
    """A column that is not known has a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """The header row of a file. `places`: of columns by header; `known`: how many columns are those of the kind.

    `constants`: cells of columns that the file lacks, by header.
    """

    kind: Kind | KindChoice
    names: Sequence[str]
    places: Mapping[str, int]
    derived: Sequence[tuple[Derived, Sequence[int | None]]]
    repeated: Sequence[str]
    left_out: Sequence[str]
    unknown: Mapping[int, str]
    constants: Mapping[str, str]
    _unnamed: Sequence[int]
    _plain: bool

    @property
    def headers(self) -> list[str]:
        return list(dict.fromkeys([*self.places, *(each.header for each, _ in self.derived), *self.constants]))

    @property
    def known(self) -> int:
        return len({*self.places, *(each.header for each, _ in self.derived)})

    @property
    def missing(self) -> list[str]:
        """Required columns that are not there."""
        return [header for header in self.kind.required_headers if header not in self.headers]

    @property
    def is_header(self) -> bool:
        """Whether the row is one; of a title that stands where nothing is required, no column is known."""
        return not self.missing and self.known > 0

    @property
    def shown(self) -> dict[str, str]:
        """The names of columns in the file, by header, where it is another word."""
        shown = {each.header: ", ".join(self._names_of(places)) for each, places in self.derived}
        shown |= {header: self.names[place].strip() for header, place in self.places.items()}
        return {header: name for header, name in shown.items() if folded(header) != folded(name)}

    def row(self, line: int, cells: Sequence[str], faults: Mapping[int, str]) -> Row:
        """The row by header. Raises LostValue."""
        if self._plain and not faults and len(cells) <= len(self.names) and not _may_hold_error(cells):
            return Row(line=line, cells=dict(zip(self.places, cells, strict=False)))
        lost = {name: cells[place] for place, name in self.unknown.items() if place < len(cells) and tidy(cells[place])}
        if lost:
            raise LostValue(self._lost(lost))
        values = {header: cells[place] for header, place in self.places.items() if place < len(cells)}
        found = {header: faults[place] for header, place in self.places.items() if place in faults}
        found |= {header: fault for header, cell in values.items() if (fault := _error_in(cell))}
        for each, places in self.derived:
            if not tidy(values.get(each.header, "")):
                parts = [tidy(cells[place]) if place is not None and place < len(cells) else "" for place in places]
                values[each.header], fault = _made(each, parts)
                fault = next((faults[place] for place in places if place is not None and place in faults), fault)
                if fault:
                    found[each.header] = fault
        values |= self.constants
        surplus = any(map(tidy, cells[len(self.names) :]))
        surplus = surplus or any(place < len(cells) and tidy(cells[place]) for place in self._unnamed)
        return Row(line=line, cells=values, surplus=surplus, faults=found)

    def _names_of(self, places: Sequence[int | None]) -> list[str]:
        return [self.names[place].strip() for place in places if place is not None]

    def _lost(self, values: Mapping[str, str]) -> str:
        shown = ", ".join(
            f"{name.strip()} ({value.strip()[:50]!r}{self._meant(name)})" for name, value in values.items()
        )
        return f"{shown}: no column of {self.kind.name}, the value would be lost"

    def _meant(self, name: str) -> str:
        headers = {folded(header): header for header in self.kind.headers}
        near = get_close_matches(folded(name), headers, n=1)
        return f", is it {headers[near[0]]}?" if near else ""


def read_headings(
    kind: Kind | KindChoice,
    cells: Sequence[str],
    foreign: ForeignNames,
    skipped: Collection[str] = (),
    constants: Mapping[str, str] = MappingProxyType({}),
) -> Headings:
    """The columns that a header row names; `skipped`: names of columns that are left out without a word."""
    headers = {folded(name): header for header, others in foreign.others.items() for name in others}
    headers |= {folded(header): header for header in kind.headers}
    names = [_without_remark(folded(cell), headers) for cell in cells]
    to_skip = set(map(folded, skipped))
    places: dict[str, int] = {}
    repeated, left_out, unnamed = [header for header in constants if header in _named(names, headers)], [], []
    unknown: dict[int, str] = {}
    derived = [(each, found) for each in foreign.derived if (found := each.places(names))]
    made_of = {place for _, found in derived for place in found}
    for place, name in enumerate(names):
        header = headers.get(name)
        if not name:
            unnamed.append(place)
        elif name in to_skip:
            continue
        elif header in places:
            repeated.append(f"{header} ({cells[places[header]].strip()}, {cells[place].strip()})")
        elif header:
            places[header] = place
        elif place in made_of:
            continue
        elif foreign.left_out.fullmatch(name):
            left_out.append(cells[place].strip())
        else:
            unknown[place] = cells[place]
    derived = [(each, found) for each, found in derived if not (each.replaces and each.header in places)]
    return Headings(
        kind=kind,
        names=cells,
        places=places,
        derived=derived,
        repeated=repeated,
        left_out=left_out,
        unknown=unknown,
        constants=constants,
        _unnamed=unnamed,
        _plain=len(places) == len(names) and not derived and not constants,
    )


def _without_remark(name: str, headers: Mapping[str, str]) -> str:
    """`email address [required]` is `email address`."""
    bare = folded(_REMARK.sub(" ", name))
    return bare if name not in headers and bare else name


def _named(names: Sequence[str], headers: Mapping[str, str]) -> set[str]:
    return {headers[name] for name in names if name in headers}


def _made(derived: Derived, parts: Sequence[str]) -> tuple[str, str | None]:
    """The cell that is made of the others, and why it can not be."""
    try:
        made, fault = derived.make(parts), None
    except ValueError as error:
        made, fault = " ".join(filter(None, parts)), str(error)
    return made, next(filter(None, map(_error_in, parts)), fault)


def _error_in(cell: str) -> str | None:
    if _ERROR.fullmatch(cell.strip()):
        return f"is an error of a spreadsheet: {cell.strip()}"
    if _ROUNDED.fullmatch(cell.strip()):
        return f"is a number of which a spreadsheet kept some digits: {cell.strip()}; write it as text"
    return None


def _may_hold_error(cells: Sequence[str]) -> bool:
    text = "\n".join(cells)
    return "#" in text or "E+" in text or "rr:" in text
