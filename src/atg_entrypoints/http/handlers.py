"""The type of a context's handlers, and the default body limit."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

MAX_BODY_BYTES = 1_000_000

type Handlers = Sequence[ControllerRouterHandler]
