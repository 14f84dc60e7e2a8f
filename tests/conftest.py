"""What all tests share: which run beside others, and containers over a database."""

import fcntl
import gc
import os
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

import tests.examples  # noqa: F401 - how many examples Hypothesis tries

if TYPE_CHECKING:
    from atg_core.importing.records import Counts
    from atg_entrypoints.container import Container
    from atg_entrypoints.settings import Settings

# Nothing of what is imported is garbage, and looking through all of it takes a tenth of the time of small runs.
gc.disable()

EXAMPLES = Path(__file__).parents[1] / "examples"
_BROWSER = Path(__file__).parent / "browser"
SECRET = "a key for tests alone, of more than 32 bytes"


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def _parameters(item: pytest.Item) -> dict[str, Any]:
    return item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what opens a browser.

    Of what a contract `refuses` before a statement runs, each real database gets the first test alone.
    """
    for item in items:
        if item.path.is_relative_to(_BROWSER):
            item.add_marker("browser")
    represented: set[tuple[object, str]] = set()
    kept = []
    for item in items:
        database = _parameters(item).get("stocked_url")
        if database in {"sqlite", "postgres"} and item.get_closest_marker("refuses"):
            contract = (item.parent, database)
            if contract in represented:
                continue
            represented.add(contract)
        kept.append(item)
    items[:] = kept


@pytest.fixture(autouse=True)
def beside_others(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests run beside each other; one that measures, or ends servers, is `alone`.

    Whoever waits to be alone holds the door, so that nobody else enters in the meantime.
    """
    folder = Path(tempfile.gettempdir())
    with (folder / "atg-test-door").open("w") as door, (folder / "atg-test-room").open("w") as inside:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(inside, fcntl.LOCK_EX if request.node.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


def optional(server: str, reason: str) -> NoReturn:
    """Skips what needs something that is not there, unless ATG_TEST_REQUIRE names it."""
    if server in os.environ.get("ATG_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{server} is required by ATG_TEST_REQUIRE: {reason}")
    pytest.skip(f"{server}: {reason}")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> "Settings":
    from atg_entrypoints.settings import Settings

    return Settings(database_url=database_url, home=str(tmp_path), secret_key=SECRET)


@pytest.fixture
async def container(settings: "Settings") -> "AsyncIterator[Container]":
    """ATG over the database; imported here, since most tests need none."""
    from atg_entrypoints.container import close, create_container

    container = create_container(settings)
    yield container
    await close(container)


async def import_examples(container: "Container", *, without: Collection[str] = ()) -> "dict[str, Counts]":
    """`without`: kinds that are left out."""
    from atg_entrypoints.cli.importing import open_folder

    with ExitStack() as stack:
        sources = [source for source, _ in open_folder(EXAMPLES, stack) if source.kind.name not in without]
        counts: dict[str, Counts] = await container.import_files()(sources)
    return counts
