"""The child process: what it answers, and how it ends."""

import asyncio
import operator
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from atg_adapters.child_process.process import ChildFailed, ChildProcess
from atg_core.concurrency_limit import Overloaded

UNPICKLABLE = """
class OfNoModule(Exception):
    pass
raise OfNoModule("this and that")
"""
ONCE = """
import os, pathlib
seen = pathlib.Path({path!r})
if not seen.exists():
    seen.touch()
    os._exit(9)
"""
PARENT = """
import asyncio, os, signal
from atg_adapters.child_process.process import ChildProcess

async def main():
    child = ChildProcess()
    print(await child.run(os.getpid), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.fixture
async def child() -> AsyncIterator[ChildProcess]:
    child = ChildProcess()
    yield child
    await child.close()


def is_running(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


async def has_ended(pid: int) -> bool:
    until = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < until:
        await asyncio.sleep(0.02)
    return not is_running(pid)


async def test_functions_run_in_one_child(child: ChildProcess) -> None:
    assert child.pid is None
    pids = {await child.run(os.getpid) for _ in range(3)}
    assert pids == {child.pid}
    assert child.pid != os.getpid()
    assert await child.run(sorted, [2, 1], reverse=True) == [2, 1]


async def test_calls_at_once_get_their_own_answers(child: ChildProcess) -> None:
    numbers = range(15)
    assert await asyncio.gather(*(child.run(abs, -number) for number in numbers)) == list(numbers)


async def test_what_a_function_raises_is_raised(child: ChildProcess) -> None:
    with pytest.raises(ZeroDivisionError, match="division by zero") as raised:
        await child.run(operator.truediv, 1, 0)
    assert "Traceback" in raised.value.__notes__[0]
    assert await child.run(operator.truediv, 1, 2) == 0.5


async def test_an_error_or_result_that_can_not_be_pickled_is_told(child: ChildProcess) -> None:
    with pytest.raises(RuntimeError, match="OfNoModule: this and that"):
        await child.run(exec, UNPICKLABLE)
    with pytest.raises(TypeError, match="pickle"):
        await child.run(open, os.devnull)
    with pytest.raises(Exception, match="pickle"):
        await child.run(lambda: None)
    assert await child.run(abs, -1) == 1


async def test_what_is_printed_does_not_disturb_the_answers(child: ChildProcess, capfd) -> None:
    await child.run(print, "printed", flush=True)
    assert await child.run(os.system, "echo printed; echo printed >&2") == 0
    assert await child.run(abs, -1) == 1
    assert capfd.readouterr() == ("", "")


async def test_a_child_knows_no_settings(child: ChildProcess, monkeypatch) -> None:
    monkeypatch.setenv("ATG_SECRET_KEY", "secret")
    assert await child.run(os.getenv, "ATG_SECRET_KEY") is None
    assert await child.run(os.getenv, "PATH") == os.environ["PATH"]


async def test_an_idle_child_ends_and_another_one_starts_at_need() -> None:
    child = ChildProcess(idle_seconds=0.05)
    first = await child.run(os.getpid)
    assert await has_ended(first)
    assert child.pid is None
    second = await child.run(os.getpid)
    assert second != first
    await child.close()
    assert not is_running(second)


async def test_a_busy_child_is_not_idle() -> None:
    child = ChildProcess(idle_seconds=0.05)
    first = await child.run(os.getpid)
    await child.run(time.sleep, 0.2)
    assert await child.run(os.getpid) == first
    await child.close()


async def test_a_child_ends_after_many_calls() -> None:
    child = ChildProcess(max_calls=2)
    pids = [await child.run(os.getpid) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert await has_ended(pids[0])
    await child.close()


async def test_a_call_whose_child_dies_is_repeated_once(child: ChildProcess, tmp_path: Path) -> None:
    first = await child.run(os.getpid)
    await child.run(exec, ONCE.format(path=str(tmp_path / "seen")))
    assert child.pid != first
    with pytest.raises(ChildFailed):
        await child.run(os._exit, 9)
    assert await child.run(abs, -1) == 1


async def test_a_child_that_was_killed_is_replaced(child: ChildProcess) -> None:
    first = await child.run(os.getpid)
    os.kill(first, 9)
    assert await child.run(os.getpid) != first


async def test_the_death_of_a_child_is_that_of_its_own_call_alone(child: ChildProcess) -> None:
    deadly = asyncio.create_task(child.run(os._exit, 9))
    others = [asyncio.create_task(child.run(abs, -number)) for number in range(3)]
    with pytest.raises(ChildFailed):
        await deadly
    assert await asyncio.gather(*others) == [0, 1, 2]


async def test_a_full_queue_refuses_at_once() -> None:
    child = ChildProcess(max_waiting=1)
    first, second = (asyncio.create_task(child.run(time.sleep, 0.2)) for _ in range(2))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await child.run(abs, -1)
    await asyncio.gather(first, second)
    await child.close()


async def test_a_call_that_takes_too_long_fails_and_its_child_ends() -> None:
    child = ChildProcess(max_seconds=1)
    with pytest.raises(ChildFailed):
        await child.run(time.sleep, 60)
    assert child.pid is None
    await child.close()


async def test_a_cancelled_call_ends_its_child_and_those_that_wait_are_answered(child: ChildProcess) -> None:
    first = await child.run(os.getpid)
    left = asyncio.create_task(child.run(time.sleep, 60))
    waiting = asyncio.create_task(child.run(abs, -1))
    gone = asyncio.create_task(child.run(abs, -2))
    await asyncio.sleep(0.05)
    for task in (left, gone):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert await waiting == 1
    assert await has_ended(first)


async def test_a_busy_child_is_ended_at_the_close() -> None:
    child = ChildProcess()
    pid = await child.run(os.getpid)
    busy = asyncio.create_task(child.run(time.sleep, 60))
    await asyncio.sleep(0.05)
    busy.cancel()
    await child.close()
    assert await has_ended(pid)
    with pytest.raises(asyncio.CancelledError):
        await busy


async def test_a_child_ends_with_its_parent() -> None:
    parent = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", PARENT], capture_output=True, text=True, check=False
    )
    assert parent.returncode == -9
    assert await has_ended(int(parent.stdout))
