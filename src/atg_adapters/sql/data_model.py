"""`python -m atg_adapters.sql.data_model FILE` writes the data model, as the tables in the code describe it."""

import sys
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from atg_adapters.sql.tables.every import metadata

_INTRODUCTION = """# Data model

Written by `make docs` from the tables in `src/atg_adapters/sql/tables`; types are those of PostgreSQL.
"""
_MANY_TO_ONE = "}o--||"
_MANY_TO_ONE_OR_NONE = "}o--o|"


def data_model() -> str:
    """Markdown: a diagram of what refers to what, then each table with its columns, keys and checks."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    return "\n".join([_INTRODUCTION, _diagram(tables), *(_section(table) for table in tables)])


def _diagram(tables: list[sa.Table]) -> str:
    lines = ["```mermaid", "erDiagram"]
    for table in tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            arrow = _MANY_TO_ONE_OR_NONE if key.parent.nullable else _MANY_TO_ONE
            lines.append(f"    {table.name} {arrow} {key.column.table.name} : {key.parent.name}")
    return "\n".join([*lines, "```", ""])


def _section(table: sa.Table) -> str:
    lines = [f"## {table.name}", "", "| column | type | null | default | refers to |", "|---|---|---|---|---|"]
    lines += [_row(column) for column in table.columns]
    lines += ["", *(f"- {rule}" for rule in sorted(_rules(table))), ""]
    return "\n".join(lines)


def _row(column: sa.Column[object]) -> str:
    kind = column.type.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    default = column.server_default.arg if isinstance(column.server_default, sa.DefaultClause) else ""
    target = ", ".join(f"{key.target_fullname}, {key.ondelete}" for key in column.foreign_keys)
    null = "yes" if column.nullable else ""
    return f"| `{column.name}` | {kind} | {null} | {str(default).replace('|', '/')} | {target} |"


def _rules(table: sa.Table) -> list[str]:
    rules = []
    for constraint in table.constraints:
        names = ", ".join(f"`{column.name}`" for column in constraint.columns)  # type: ignore[attr-defined]
        if isinstance(constraint, sa.PrimaryKeyConstraint):
            rules.append(f"key: {names}")
        elif isinstance(constraint, sa.UniqueConstraint):
            rules.append(f"unique: {names}")
        elif isinstance(constraint, sa.CheckConstraint):
            rules.append(f"check: `{constraint.sqltext}`")
    for index in table.indexes:
        kind = "unique index" if index.unique else "index"
        where = index.dialect_options["postgresql"]["where"]
        condition = f" where `{where}`" if where is not None else ""
        rules.append(f"{kind}: {', '.join(f'`{expression}`' for expression in index.expressions)}{condition}")
    return rules


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(data_model(), encoding="utf-8")
