"""The unit of work: `async with open_store() as store` is one transaction.

A clean exit commits, an error undoes. What a store promises about concurrency stands in its verbs.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

type Open[Store] = Callable[[], AbstractAsyncContextManager[Store]]
