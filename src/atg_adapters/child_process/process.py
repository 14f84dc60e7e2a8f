"""Runs functions in a child process, one at a time."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

import structlog

from atg_adapters.child_process import frames
from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.errors import Unavailable

_MAX_WAITING = 20
_MAX_CALLS = 500
_MAX_SECONDS = 30.0
_IDLE_SECONDS = 60.0
_END_SECONDS = 5.0
_COMMAND = (sys.executable, "-P", "-m", "atg_adapters.child_process")
_log = structlog.get_logger("atg.child_process")


class ChildFailed(Unavailable):
    """This can not be drawn now, try again soon"""


class ChildProcess:
    """A child of this process: started by the first call, and ended when it has been idle for some time.

    It also ends with its parent, and after many calls, so that it does not grow for ever. Calls wait for each other,
    in a queue that raises Overloaded when it is full or too slow. A call whose child dies is repeated once in a new
    one. Raises ChildFailed when that dies as well, and when a call takes too long.
    """

    def __init__(
        self,
        *,
        max_waiting: int = _MAX_WAITING,
        max_calls: int = _MAX_CALLS,
        max_seconds: float = _MAX_SECONDS,
        idle_seconds: float = _IDLE_SECONDS,
    ) -> None:
        self._turn = ConcurrencyLimit(1, max_waiting=max_waiting, max_seconds=max_seconds)
        self._max_calls, self._max_seconds, self._idle_seconds = max_calls, max_seconds, idle_seconds
        self._child: _Child | None = None
        self._idle_end: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """None while there is no child."""
        return self._child.pid if self._child else None

    async def run[**Arguments, Result](
        self, function: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Result:
        """What the function returns or raises. It is one of a module, and its arguments can be pickled."""
        async with self._turn:
            self._stay()
            try:
                result, error = await self._answer((function, arguments, named))
            finally:
                self._idle_end = asyncio.get_running_loop().call_later(self._idle_seconds, self._end)
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return] # of the child's function

    async def close(self) -> None:
        """Ends the child, also one that is busy."""
        self._stay()
        child, self._child = self._child, None
        if child:
            child.kill()
            await asyncio.to_thread(child.end)

    def _stay(self) -> None:
        if self._idle_end:
            self._idle_end.cancel()

    async def _answer(self, call: tuple[object, ...]) -> Any:
        try:
            return await self._ask(call)
        except EOFError:
            try:
                return await self._ask(call)
            except EOFError as error:
                raise ChildFailed from error
        except TimeoutError as error:
            raise ChildFailed from error

    async def _ask(self, call: tuple[object, ...]) -> Any:
        """Raises EOFError when the child dies, TimeoutError."""
        if self._child is None:
            self._child = _Child()
        child = self._child
        try:
            async with asyncio.timeout(self._max_seconds):
                answer = await asyncio.to_thread(child.ask, call)
        except BaseException as error:
            # Also when nobody waits for the answer any more: the next call would read it.
            child.kill()
            self._end()
            if not isinstance(error, asyncio.CancelledError):
                _log.warning("a child process failed", pid=child.pid, cause=type(error).__name__)
            raise
        if child.calls >= self._max_calls:
            self._end()
        return answer

    def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            asyncio.get_running_loop().run_in_executor(None, child.end)


class _Child:
    """The process and its pipes. `ask` and `end` block."""

    def __init__(self) -> None:
        # In a session of its own it does not hear Ctrl-C; it ends when its parent closes the pipe.
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        # Secrets are settings; the child has none.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ATG_")}
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, **apart
        )
        self._calls: IO[bytes] = self._process.stdin  # type: ignore[assignment] # a pipe
        self._replies: IO[bytes] = self._process.stdout  # type: ignore[assignment]
        self.pid, self.calls = self._process.pid, 0

    def ask(self, call: tuple[object, ...]) -> Any:
        """What the function returned and None, or None and what it raised. Raises EOFError when the child dies."""
        self.calls += 1
        pickled = frames.pickled(call)
        try:
            frames.write(self._calls, pickled)
        except OSError as error:
            raise EOFError from error
        return frames.unpickled(frames.read(self._replies))

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        with suppress(OSError):
            self._calls.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._replies.close()
