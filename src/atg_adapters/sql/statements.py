"""Statements of SQLAlchemy Core as drivers run them: compiled once for each dialect, values bound, rows read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.engine import Row as EngineRow
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert, Update

from atg_adapters.sql.result import Row

type Values = Mapping[str, Any]
type Convert = Callable[[Any], Any]
type Columns = tuple[str, ...]
type Form = tuple[Columns, bool]
"""The columns of an insert or update, and whether it is for many rows at once."""
type Found = tuple["CompiledStatement", Values]

# The native syntax of PostgreSQL's parameters, $1 and $2, which psycopg passes on as it is.
POSTGRESQL: Dialect = PGDialectAsync_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
SQLITE: Dialect = SQLiteDialect_aiosqlite()

_MISSING = object()
_KEPT = 1_000
_UNTYPED = partial(repeat, None)


class CompiledStatement:
    """A statement for one dialect and, of an insert or update, for one set of columns.

    `text` and `parameters()` are what the driver is given; `rows()` makes rows of its tuples. A statement whose text
    depends on the values, such as one with `IN` and a list, is `expanding`: its text is made for each call.
    """

    def __init__(self, statement: Any, dialect: Dialect, columns: Columns, *, many: bool = False) -> None:
        """`many`: for a sequence of values; an insert then returns ids only if it says so."""
        self._dialect = dialect
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None, for_executemany=many)
        self.text = str(compiled)
        self.expanding = bool(compiled.post_compile_params or compiled.literal_execute_params)
        # Else it is not kept: it refers to the statement, which would then never be forgotten.
        self._compiled: SQLCompiler | None = compiled if self.expanding else None
        self._processors: dict[str, Convert] = dict(compiled._bind_processors)  # noqa: SLF001 - not public otherwise
        self._names_of_binds = {bind.key: name for bind, name in compiled.bind_names.items()}
        self._required = {name for name, bind in compiled.binds.items() if bind.required}
        self._defaults = dict(compiled.params)
        self._binds = self._binds_of(compiled.positiontup or ())
        self.is_text = isinstance(statement, sa.TextClause)
        columns_of_result: Any = getattr(compiled, "_result_columns", ())
        self.returns_rows = bool(columns_of_result)
        self.changes: str | None = None
        """The table that a write changes, if it returns nothing and always has the same text."""
        if isinstance(statement, Insert | Update) and not self.returns_rows and not self.expanding:
            self.changes = str(statement.table)
        self._types = [column.type for column in columns_of_result]
        self._names = [str(column.keyname) for column in columns_of_result]
        self._row: SimpleResultMetaData | None = None

    def _binds_of(self, names: Iterable[str]) -> list[tuple[str, Any, Convert | None]]:
        return [(name, self._default(name), self._processors.get(name)) for name in names]

    def _default(self, name: str) -> Any:
        if name in self._required or self.expanding:
            return _MISSING
        value, process = self._defaults[name], self._processors.get(name)
        return process(value) if process else value

    def parameters(self, values: Values) -> list[Any]:
        """The values in the order of the text's parameters. Raises KeyError for one that is missing."""
        bound = []
        for name, default, process in self._binds:
            if name in values:
                value = values[name]
                bound.append(process(value) if process else value)
            elif default is not _MISSING:
                bound.append(default)
            else:
                raise KeyError(f"a value is required for {name}")
        return bound

    def expanded(self, values: Values) -> tuple[str, list[Any]]:
        """Text and parameters of an `expanding` statement."""
        assert self._compiled is not None  # noqa: S101 - it is expanding
        state = self._compiled.construct_expanded_state(dict(values))
        processors = {**self._processors, **state.processors}
        parameters = [
            processors[name](state.parameters[name]) if name in processors else state.parameters[name]
            for name in state.positiontup or ()
        ]
        return state.statement, parameters

    def rows(self, tuples: Sequence[tuple[Any, ...]], types: Callable[[], Iterable[Any]] = _UNTYPED) -> list[Row]:
        """`types`: the driver's types of the columns, if it has any; asked for once."""
        if self._row is None:
            self._learn(types())
        parent: Any = self._row
        readers, index = self._readers, self._index
        return [EngineRow(parent, readers, index, values) for values in tuples]

    def name_columns(self, names: Sequence[str]) -> None:
        """For SQL that was written by hand: SQLAlchemy does not know what it returns."""
        self.returns_rows, self._names, self._types = True, list(names), [sa.types.NULLTYPE] * len(names)

    def _learn(self, types: Iterable[Any]) -> None:
        readers = [
            column._cached_result_processor(self._dialect, told)  # noqa: SLF001 - the same
            for column, told in zip(self._types, types, strict=False)
        ]
        self._readers = readers if any(readers) else None
        self._row = SimpleResultMetaData(self._names)
        self._index = self._row._key_to_index  # noqa: SLF001 - as its own results do

    def own_values(self, made: CacheKey, alike: CacheKey) -> Values:
        """The values that `alike` was built with, where this was compiled from `made`."""
        return {
            self._names_of_binds[mine.key]: its.effective_value
            for mine, its in zip(made.bindparams, alike.bindparams, strict=True)
            if not its.required
        }


class StatementCache:
    """What is compiled for one dialect.

    A statement that was made at import is found by itself, one that is made for each call by the key that SQLAlchemy
    gives to statements which differ in their values alone.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._of_statement: WeakKeyDictionary[sa.Executable, dict[Form, Found]] = WeakKeyDictionary()
        self._of_key: dict[tuple[Any, Form], tuple[CacheKey, CompiledStatement]] = {}

    def find(self, statement: sa.Executable, values: Values, *, many: bool = False) -> tuple[CompiledStatement, Values]:
        """With the values that it has to be given, the statement's own among them."""
        form = (tuple(values) if isinstance(statement, Insert | Update) else (), many)
        by_form = self._of_statement.get(statement)
        found = by_form.get(form) if by_form else None
        if found is None:
            found = self._alike(statement, form)
            if not found[0].expanding:
                self._of_statement.setdefault(statement, {})[form] = found
        compiled, own = found
        return compiled, {**own, **values} if own else values

    def _alike(self, statement: Any, form: Form) -> Found:
        columns, many = form
        key: CacheKey | None = statement._generate_cache_key()  # noqa: SLF001 - as in SQLAlchemy's example of a cache
        if key is None:
            return CompiledStatement(statement, self._dialect, columns, many=many), {}
        known = self._of_key.get((key.key, form))
        if known is not None:
            made, compiled = known
            return compiled, compiled.own_values(made, key)
        if len(self._of_key) >= _KEPT:
            self._of_key.clear()
        compiled = CompiledStatement(statement, self._dialect, columns, many=many)
        self._of_key[key.key, form] = key, compiled
        return compiled, {}


CACHES = {dialect.name: StatementCache(dialect) for dialect in (POSTGRESQL, SQLITE)}
