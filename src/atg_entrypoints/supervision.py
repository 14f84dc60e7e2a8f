"""Several processes that serve: one that watches them, replaces those that die, and says so."""

from time import monotonic
from typing import Any

import structlog
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

_ANSWER_SECONDS = 0.5
_log = structlog.get_logger("atg.start")


class Supervisor(Multiprocess):
    """uvicorn's own hides its messages, and hears no signal while it waits for a process that does not answer.

    A process that has not answered for `timeout_worker_healthcheck` seconds is replaced, as is one that is dead; one
    that could not start ends them all.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._answered: dict[Process, float] = {}
        self.has_failed = False

    def keep_subprocess_alive(self) -> None:
        for index, process in enumerate(self.processes):
            if self.should_exit.is_set() or self.signal_queue:
                return
            if not self._is_alive(process):
                self._replace(index, process)

    def terminate_all(self) -> None:
        super().terminate_all()
        for listening in self.sockets:  # else who connects after the last process has ended would wait here for nobody
            listening.close()

    def _is_alive(self, process: Process) -> bool:
        if not process.process.is_alive():
            return False
        last = self._answered.setdefault(process, monotonic())
        if process.ping(_ANSWER_SECONDS):
            self._answered[process] = last = monotonic()
        return monotonic() - last < self.config.timeout_worker_healthcheck

    def _replace(self, index: int, dead: Process) -> None:
        self._answered.pop(dead, None)
        dead.kill()
        dead.join()
        mark_process_dead(dead.pid)  # type: ignore[no-untyped-call]
        if dead.exitcode == STARTUP_FAILURE:
            _log.error("worker did not start", pid=dead.pid, exit_code=dead.exitcode)
            self.has_failed = True
            self.should_exit.set()
            return
        self.processes[index] = Process(self.config, self.sockets)
        self.processes[index].start()
        new_pid = self.processes[index].pid
        _log.warning("worker died, another one starts", pid=dead.pid, exit_code=dead.exitcode, new_pid=new_pid)
