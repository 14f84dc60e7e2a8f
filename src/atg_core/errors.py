"""The kinds of refusal; a context declares its own beside the port that raises them.

A class's name, in snake_case, is the stable `code` that clients see; the first line of its docstring is the message.
"""

import re
from collections.abc import Sequence
from inspect import cleandoc
from typing import ClassVar


class AtgError(Exception):
    """Something went wrong"""

    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "code" not in vars(cls):
            cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or cleandoc(type(self).__doc__ or "").splitlines()[0])


class Invalid(AtgError):
    """The request is not valid

    `field` names the member of the request that is wrong, where one is to blame.
    """

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotSignedIn(AtgError):
    """Sign in first"""


class Forbidden(AtgError):
    """You are not allowed to do this"""


class NotFound(AtgError):
    """Not found"""


class Conflict(AtgError):
    """This conflicts with what is there already

    `faults`: what is in the way, where it can be named: a member of the record, and what is wrong with it.
    """

    def __init__(self, message: str | None = None, *, faults: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class TooLarge(AtgError):
    """This is more than allowed"""


class Unprocessable(AtgError):
    """This can not be done as it is asked"""


class TooMany(AtgError):
    """Too many requests, try again later

    `retry_after`: seconds after which a new try makes sense.
    """

    def __init__(self, message: str | None = None, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(AtgError):
    """A part of the service is away, try again soon"""


class BadGateway(AtgError):
    """A service that this one needs did not do what it was asked"""
