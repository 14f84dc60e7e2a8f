"""Unit of work: `async with open_store() as store` is one transaction.

A clean exit commits, an exception rolls back. The concurrency guarantees of a store are documented at its methods.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

type UnitOfWork[Store] = Callable[[], AbstractAsyncContextManager[Store]]
