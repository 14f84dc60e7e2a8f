"""The watchdog of a database that is closed."""

import asyncio
import threading
from functools import partial
from pathlib import Path

from sqlalchemy.engine import make_url

from atg_adapters.sql.drivers import AiosqliteDriver
from atg_adapters.sql.watchdog import Watchdog


async def test_a_question_that_is_asked_leaves_no_connection_behind(tmp_path: Path) -> None:
    """A command that ends while its database is slow would else end with a traceback of a thread."""
    before = set(threading.enumerate())
    watchdog = Watchdog(partial(AiosqliteDriver.open, make_url(f"sqlite+aiosqlite:///{tmp_path}/atg.db")))
    asking = asyncio.create_task(watchdog.check())
    await asyncio.sleep(0)
    await watchdog.close()
    await asking
    left = [thread for thread in threading.enumerate() if thread not in before and "_connection_worker" in thread.name]
    for thread in left:  # it has nothing more to do
        await asyncio.to_thread(thread.join, 5)
    assert not any(thread.is_alive() for thread in left)
