"""Runs the sections of a plan."""

import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.throughput.contenders import Contender, Where, require_peers, running, store_file
from bench.throughput.filling import fill
from bench.throughput.measuring import Figures, Sender, medians, require_wrk, statements_of
from bench.throughput.plan import Section
from bench.throughput.results import Cell, Results, tell
from bench.throughput.routes import ROUTES
from bench.throughput.same_json import require_same
from bench.throughput.servers import Postgres, postgres, redis_server

_WARM_SECONDS = 1
_PEERS = {"fastapi", "django", "drf"}


def run(plan: Sequence[Section]) -> Results:
    """Raises Missing if something is not installed."""
    require_wrk()
    if any(_PEERS.intersection(section.contenders) for section in plan):
        require_peers()
    with ExitStack() as stack:
        server = stack.enter_context(postgres())
        home = Path(stack.enter_context(TemporaryDirectory(prefix="atg-bench-")))
        store_file(home)
        runner = _Runner(server, home)
        stack.callback(runner.close)
        for section in plan:
            _say(f"{section.title}: filling and starting")
            runner.run(section)
            tell(runner.results, section)
    return runner.results


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class _Runner:
    def __init__(self, server: Postgres, home: Path) -> None:
        self._postgres, self._home = server, home
        self._senders: dict[tuple[str, str], Sender] = {}
        self.results = Results.new(server.version)

    def close(self) -> None:
        for sender in self._senders.values():
            sender.close()

    def _sender(self, section: Section, route: str) -> Sender:
        """One for each database, so that what is done once is not done again in a later section."""
        place = (f"{section.database} {section.size}", route)
        if place not in self._senders:
            self._senders[place] = Sender(ROUTES[route])
        return self._senders[place]

    @contextmanager
    def _started(self, section: Section) -> Iterator[dict[str, Contender]]:
        with ExitStack() as stack:
            redis, database = "", ""
            if section.database == "postgresql":
                redis, database = stack.enter_context(redis_server()), self._postgres.filled(section.size)
            else:
                path = self._home / f"{section.size}.db"
                if not path.exists():
                    fill(f"sqlite:///{path}", section.size)
                database = f"sqlite:///{shutil.copy(path, self._home / 'atg.db')}"
            where = Where(database, redis, self._home, section.workers)
            yield {name: stack.enter_context(running(name, where)) for name in section.contenders}

    def run(self, section: Section) -> None:
        with self._started(section) as contenders:
            cells = [(route, name) for route in section.routes for name in section.asked(route)]
            self._check(contenders, cells)
            statements = self._statements(section, contenders, cells)
            found = self._measured(section, contenders, cells)
        for (route, name), rounds in found.items():
            figures = medians(rounds)
            figures.statements = statements.get((route, name))
            self.results.cells.append(
                Cell(
                    database=section.database,
                    size=section.size,
                    connections=section.connections,
                    workers=section.workers,
                    route=route,
                    contender=name,
                    figures=figures,
                )
            )

    def _check(self, contenders: dict[str, Contender], cells: list[tuple[str, str]]) -> None:
        for route, name in cells:
            if ROUTES[route].same_json and name != "product" and "product" in contenders:
                require_same(ROUTES[route], contenders["product"], contenders[name])

    def _statements(
        self, section: Section, contenders: dict[str, Contender], cells: list[tuple[str, str]]
    ) -> dict[tuple[str, str], float]:
        if section.database == "sqlite" or not self._postgres.counts:
            return {}
        self._postgres.count(on=True)
        found = {
            (route, name): statements_of(contenders[name], self._sender(section, route), self._postgres, section.size)
            for route, name in cells
        }
        self._postgres.count(on=False)
        return found

    def _measured(
        self, section: Section, contenders: dict[str, Contender], cells: list[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Figures]]:
        server = self._postgres if section.database == "postgresql" else None
        found: dict[tuple[str, str], list[Figures]] = defaultdict(list)
        for number in range(section.rounds + 1):
            _say(f"{section.title}: " + (f"round {number} of {section.rounds}" if number else "warming up"))
            for route, name in cells:
                seconds = section.seconds if number else _WARM_SECONDS
                sender = self._sender(section, route)
                figures = sender.send(contenders[name], server, section.connections, seconds)
                if number:
                    found[route, name].append(figures)
        return found
