"""Id generation as a dependency: use cases take a `NewId`, tests replace it."""

from collections.abc import Callable
from uuid import UUID, uuid4

type NewId = Callable[[], UUID]

new_id: NewId = uuid4
