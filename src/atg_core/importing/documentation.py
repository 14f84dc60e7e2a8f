"""Documentation generated from the declarations of kinds: docs/import.md and `atg import --describe`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from atg_core.importing.export import cell_text
from atg_core.importing.foreign_names import FOREIGN_NAMES, foreign_names
from atg_core.importing.headings import ForeignNames
from atg_core.importing.kinds import KINDS
from atg_core.importing.model import Column, Kind, KindChoice, ListColumn, Reference

_GUIDE = Path(__file__).with_name("guide.md")


def import_document() -> str:
    """docs/import.md."""
    guide = _GUIDE.read_text(encoding="utf-8").replace("{foreign}", ", ".join(f"`{name}`" for name in FOREIGN_NAMES))
    return guide + "".join(f"\n{describe(name)}" for name in KINDS)


def describe(name: str) -> str:
    """One kind: its key, and tables of its columns and of their names in other systems. Raises KeyError."""
    declared = KINDS[name]
    kinds = list(declared.by.values()) if isinstance(declared, KindChoice) else [declared]
    rows = list(dict.fromkeys(row for kind in kinds for row in _rows(kind)))
    key = " or ".join(dict.fromkeys(" + ".join(f"`{header}`" for header in kind.key_headers) for kind in kinds))
    table = ["| column | | what |", "|---|---|---|", *rows, ""]
    return "\n".join([f"## {name}", "", f"Key: {key}", "", *table, *_foreign(foreign_names(name))])


def _foreign(names: ForeignNames) -> Iterator[str]:
    """The names of other systems, as a table; nothing if there are none."""
    if not names.others:
        return
    yield from ("| column | in lists of other systems |", "|---|---|")
    for header, others in names.others.items():
        yield f"| `{header}` | {', '.join(f'`{other}`' for other in others)} |"
    for each in names.derived:
        parts = ", ".join(
            " or ".join(f"`{name}`" for name in (part[:1] if each.replaces else part)) for part in each.parts
        )
        if each.numbered:
            parts = f"`{each.parts[0][0]}1`, `{each.parts[0][0]}2` …"
        yield f"| `{each.header}` | {parts}: {each.what} |"
    yield ""


def _rows(kind: Kind) -> Iterator[str]:
    for reference in kind.references:
        yield from _reference(reference)
    for column in kind.columns:
        yield _column(column)
    for listed in kind.items:
        yield from _items(listed)


def _reference(reference: Reference) -> Iterator[str]:
    needed = "required" if reference.required else ""
    targets = " or ".join(reference.targets)
    if reference.fallback:
        needed = f"as `{reference.fallback}`"
    if len(reference.headers) == 1:
        yield f"| `{reference.headers[0]}` | {needed} | names one of {targets} |"
        return
    together = " and ".join(f"`{header}`" for header in reference.headers)
    for header in reference.headers:
        yield f"| `{header}` | {needed} | {together} are the names one of {targets} |"


def _column(column: Column) -> str:
    if column.required:
        rule = "required"
    elif column.default_now:
        rule = "the time of the import"
    else:
        rule = (
            "absent: empty"
            if column.implied
            else ""
            if column.default in (None, "")
            else f"`{cell_text(column.default)}`"
        )
        if column.kept_when_empty:
            rule = f"new: {rule}, empty: as it was" if rule else "empty: as it was"
    return f"| `{column.header}` | {rule} | {column.parse.__doc__} |"


def _items(listed: ListColumn) -> Iterator[str]:
    each = f", each of at most {listed.max_length} characters" if listed.max_length else ""
    if listed.target:
        each = f", each names one of {listed.target}, none twice"
    yield f"| `{listed.header}` | | list{each} |"
    if listed.chosen:
        yield f"| `{listed.chosen[0]}` | | numbers of the chosen items of `{listed.header}`, from 1 |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(import_document(), encoding="utf-8")
