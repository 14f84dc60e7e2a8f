"""Whatever an import changes and whatever people change after it: its undo takes back what is its own, or refuses."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from atg_core.importing.import_files import BadRows
from atg_core.importing.imports import ImportState
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import arrange, rows_of
from tests.conftest import SECRET
from tests.contracts.importing.ordered import an_admin, applied, as_csv, checked, undone
from tests.examples import examples

type Cells = dict[str, str]
type People = Mapping[str, Mapping[str, str | None]]

_FIELDS = ("email", "full_name", "company", "employee_id")
_UNIQUE = ("email", "employee_id")
_NAMES = ("a", "b", "c", "d")
_CELL = st.sampled_from(["", "x", "y", "z"])


@st.composite
def files(draw: st.DrawFn) -> list[Cells]:
    """Rows of people with the same columns."""
    fields = draw(st.lists(st.sampled_from(_FIELDS), min_size=1, unique=True))
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, unique=True))
    return [{"username": name, **{field: _cell(field, draw(_CELL)) for field in fields}} for name in names]


def _cell(field: str, value: str) -> str:
    return f"{value}@x.ru" if value and field == "email" else value


_STORIES = given(before=files(), imported=files(), later=files())


@settings(max_examples=examples(40), deadline=None)
@_STORIES
def test_in_memory(before: list[Cells], imported: list[Cells], later: list[Cells]) -> None:
    asyncio.run(_undo("memory://", before, imported, later))


def test_on_sqlite(sqlite_template: Path) -> None:
    @settings(max_examples=examples(25), deadline=None)
    @_STORIES
    def each(before: list[Cells], imported: list[Cells], later: list[Cells]) -> None:
        with TemporaryDirectory() as folder:
            shutil.copy(sqlite_template, f"{folder}/atg.db")
            asyncio.run(_undo(f"sqlite:///{folder}/atg.db", before, imported, later))

    each()


async def _undo(url: str, *files: Sequence[Cells]) -> None:
    with TemporaryDirectory() as home:
        container = create_container(Settings(database_url=url, secret_key=SECRET, home=home))
        try:
            await _tell(container, *files)
        finally:
            await close(container)


async def _tell(
    container: Container, earlier: Sequence[Cells], imported: Sequence[Cells], later: Sequence[Cells]
) -> None:
    admin = await an_admin(container)
    with suppress(BadRows):
        await arrange(container, users=earlier)
    before = await _people(container)
    if (await checked(container, admin, "users", as_csv(imported))).rejected:
        return
    order = await applied(container, admin, "users", as_csv(imported))
    after = await _people(container)
    with suppress(BadRows):
        await arrange(container, users=later)
    now = await _people(container)
    result = await undone(container, admin, order)
    wanted = _without(before, after, now)
    if wanted is None:
        assert (result.state, bool(result.hindrances)) == (ImportState.APPLIED, True)
        assert await _people(container) == now
    else:
        assert (result.state, bool(result.hindrances)) == (ImportState.UNDONE, False)
        assert await _people(container) == wanted


def _without(before: People, after: People, now: People) -> People | None:
    """What is there without the import; None if others have changed its values, or taken the former ones."""
    people = {}
    for name, cells in now.items():
        was, made = before.get(name), after.get(name, cells)
        own = {field for field in _FIELDS if name in after and (was is None or was[field] != made[field])}
        if any(cells[field] != made[field] for field in own):
            return None
        if was is not None:
            people[name] = {field: was[field] if field in own else cells[field] for field in _FIELDS}
        elif name not in after:
            people[name] = dict(cells)
    for field in _UNIQUE:
        values = [cells[field] for cells in people.values() if cells[field]]
        if len(values) > len(set(values)):
            return None
    return people


async def _people(container: Container) -> People:
    profiles = {row["id"]: row for row in await rows_of(container, "user_profiles")}
    return {
        row["username"]: {field: profiles[row["id"]][field] for field in _FIELDS}
        for row in await rows_of(container, "users")
        if row["username"] in _NAMES
    }
