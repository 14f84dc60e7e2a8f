"""The stage of all faults, and the table of what they did, which a run of the whole suite prints at its end."""

import asyncio
import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.faults.installation import parts, running
from tests.faults.scenario import Stage
from tests.faults.watching import HEADINGS
from tests.faults.world import settled
from tests.servers import S3Server, s3_server

__all__ = ["s3_server"]

WHOLE = "ATG_TEST_FAULTS"
"""Set by `python -m tests.faults`; else the tests that are marked so are left to it."""
_stage = pytest.StashKey[Stage]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get(WHOLE):
        return
    left = [item for item in items if item.get_closest_marker("faults")]
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=left)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    stage = config.stash.get(_stage, None)
    if stage and os.environ.get(WHOLE):
        lines = [HEADINGS, ["---", *["---:"] * (len(HEADINGS) - 1)], *(outcome.row() for outcome in stage.outcomes)]
        table = [f"| {' | '.join(line)} |" for line in lines]
        terminalreporter.write_line("\n".join(["", *table, "", *stage.notes]))


@pytest.fixture(scope="session")
def s3_bucket(s3_server: S3Server) -> Iterator[str]:
    client, name = s3_server.client(), f"atg-test-{uuid4().hex[:12]}"
    client.make_bucket(bucket_name=name)
    yield name
    for found in client.list_objects(bucket_name=name, recursive=True):
        client.remove_object(bucket_name=name, object_name=found.object_name or "")
    client.remove_bucket(bucket_name=name)


@pytest.fixture(scope="session")
def stage(
    s3_server: S3Server, s3_bucket: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    """Everything is running, and nobody asks anything yet."""
    with parts(tmp_path_factory.mktemp("faults"), (s3_server, s3_bucket)) as installation:
        world = asyncio.run(settled(installation))
        with running(installation):
            request.config.stash[_stage] = stage = Stage(installation, world)
            yield stage
