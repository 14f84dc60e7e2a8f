"""The modules of tables may be imported one by one."""

import ast
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa

from atg_adapters.memory.references import REFERENCES
from atg_adapters.sql.tables import every

_PACKAGE = "atg_adapters.sql.tables"
_FOLDER = Path(every.__file__).parent
_MODULES = sorted(path.stem for path in _FOLDER.glob("*.py") if path.stem not in {"__init__", "every"})


def _imported(module: str) -> set[str]:
    """The modules of tables that come with one."""
    tree = ast.parse((_FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    names = [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    found = {name.removeprefix(f"{_PACKAGE}.") for name in names if name.startswith(f"{_PACKAGE}.")}
    return {module}.union(*map(_imported, found))


def _tables(module: str) -> list[sa.Table]:
    return [each for each in vars(import_module(f"{_PACKAGE}.{module}")).values() if isinstance(each, sa.Table)]


@pytest.mark.parametrize("module", _MODULES)
def test_a_module_brings_the_tables_that_its_columns_refer_to(module: str) -> None:
    """A reference has the type of the key that it refers to, and none where that is not there."""
    brought = {table for name in _imported(module) for table in _tables(name)}
    assert {key.column.table for table in _tables(module) for key in table.foreign_keys} <= brought


def test_every_table_is_known_where_the_whole_schema_is_compared() -> None:
    assert set(_MODULES) - {"metadata"} <= set(vars(every))


def test_the_memory_knows_which_column_names_which_record() -> None:
    expected: dict[str, dict[str, str]] = {}
    for table in every.metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            [column] = constraint.columns
            expected.setdefault(table.name, {})[column.name] = constraint.referred_table.name
    assert expected == REFERENCES
