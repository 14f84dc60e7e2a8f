"""What is measured: sections, in each of which all contenders stand on the same rows and are asked in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from bench.throughput.population import SIZES
from bench.throughput.routes import EVERYBODY, ROUTES

_HOT = ("/auth/me", "/courses/me/enrollments", "/stations/{id}", "PUT progress")
_OF_LEARNERS = ("/courses/me/enrollments", "/users/me/stats", "PUT progress", "enroll again", "learners")
_ON_SQLITE = ("/auth/me", "/stations/{id}", *_OF_LEARNERS, "compliance")


@dataclass(frozen=True, kw_only=True)
class Section:
    size: str = "large"
    database: Literal["postgresql", "sqlite"] = "postgresql"
    connections: int = 32
    workers: int = 1
    contenders: Sequence[str] = EVERYBODY
    routes: Sequence[str] = tuple(ROUTES)
    rounds: int = 3
    seconds: int = 2

    @property
    def title(self) -> str:
        processes = "one process" if self.workers == 1 else f"{self.workers} processes"
        return f"{self.database}, {self.size}, {self.connections} connections, {processes}"

    def asked(self, route: str) -> list[str]:
        """The contenders of a route."""
        known = ROUTES[route]
        if known.large_only and (self.size != "large" or self.database == "sqlite"):
            return []
        return [name for name in self.contenders if name in known.contenders]


_BESIDE_FLOOR = ("product", "floor")
DEFAULT = [
    Section(),
    *(
        Section(connections=connections, contenders=_BESIDE_FLOOR, routes=(*_HOT, "enroll again"), rounds=2)
        for connections in (1, 256)
    ),
    Section(workers=2, contenders=_BESIDE_FLOOR, routes=_HOT, rounds=2),
    Section(size="small", contenders=_BESIDE_FLOOR, routes=_OF_LEARNERS),
    Section(size="small", database="sqlite", contenders=("product",), routes=_ON_SQLITE, rounds=2),
]
"""About a quarter of an hour."""
QUICK = [Section(size="small", contenders=_BESIDE_FLOOR, routes=_HOT, rounds=2)]
_AGAIN = tuple(name for name, route in ROUTES.items() if not route.once)
FULL = [
    *(
        Section(
            size=size,
            workers=workers,
            connections=connections,
            routes=tuple(ROUTES) if (workers, connections) == (1, 32) else _AGAIN,
        )
        for size, workers, connections in product(SIZES, (1, 2), (32, 1, 256))
    ),
    Section(size="small", database="sqlite", contenders=("product",)),
]
"""More than two hours."""
