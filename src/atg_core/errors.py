"""Base classes of errors; a context declares its own next to the port that raises them.

A class's name, in snake_case, is the stable `code` that clients see; the first line of its docstring is the message.
A message is a constant template, whose parameters are given beside it; it is the key of the catalogue
(`atg_core.words`).
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import ClassVar

from atg_core.words import fill

MOST_FAULTS = 100
"""That are told of one request."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one member of a request or a record. `code` is stable; clients see it with the parameters."""

    field: str
    template: str
    code: str
    parameters: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return fill(self.template, dict(self.parameters))


class AtgError(Exception):
    """Something went wrong

    `template`: the message, an English sentence that names its `parameters` in braces. `faults`: what is wrong, member
    by member. `beside`: additional members of the problem that clients see.
    """

    code: ClassVar[str]
    beside: Mapping[str, object] = {}
    faults: Sequence[Fault] = ()

    def __init_subclass__(cls) -> None:
        if "code" not in vars(cls):
            cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, template: str | None = None, /, **parameters: object) -> None:
        self.template = template or default_message(type(self))
        self.parameters: Mapping[str, object] = parameters
        super().__init__(fill(self.template, parameters))


def default_message(error: type[AtgError]) -> str:
    """The first line of the docstring."""
    return cleandoc(error.__doc__ or "").splitlines()[0]


class Invalid(AtgError):
    """The request is not valid

    `field`: the member of the request that is invalid, if there is a single one; the message is about it then, and
    `code` says what is wrong with it, such as `out_of_range`; by default it is that of the class. Of several `faults`
    it is the first one's.
    """

    def __init__(
        self,
        template: str | None = None,
        /,
        *,
        field: str | None = None,
        code: str | None = None,
        faults: Sequence[Fault] = (),
        **parameters: object,
    ) -> None:
        super().__init__(template, **parameters)
        self.faults = [Fault(field, self.template, code or self.code, parameters)] if field else faults
        self.field = self.faults[0].field if self.faults else None
        if faults and template is None:
            self.args = ("; ".join(f"{fault.field}: {fault}" for fault in faults),)


class Faults:
    """Collects the faults of the parts of a request, so that all are told at once.

    Each part is checked in a `with` of it; `raise_any` ends the check.
    """

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Keeps what is wrong with the part, if that is known of its members."""
        if not (isinstance(error, Invalid) and error.faults):
            return False
        self._found += error.faults
        return True

    def raise_any(self) -> None:
        """Raises Invalid with at most a hundred of them."""
        if self._found:
            raise Invalid(faults=self._found[:MOST_FAULTS])


class NotSignedIn(AtgError):
    """Sign in first"""


class Forbidden(AtgError):
    """You are not allowed to do this"""


class NotFound(AtgError):
    """Not found"""


class Conflict(AtgError):
    """This conflicts with what is there already"""

    def __init__(self, template: str | None = None, /, *, faults: Sequence[Fault] = (), **parameters: object) -> None:
        super().__init__(template, **parameters)
        self.faults = faults


class ChangedMeanwhile(Conflict):
    """This was changed meanwhile

    `current`: the value that is there.
    """

    def __init__(
        self,
        template: str | None = None,
        /,
        *,
        current: object = None,
        faults: Sequence[Fault] = (),
        **parameters: object,
    ) -> None:
        super().__init__(template, faults=faults, **parameters)
        self.beside = {"current": current}


class TooLarge(AtgError):
    """This is more than allowed"""


class Unprocessable(AtgError):
    """This can not be done as it is asked"""


class TooMany(AtgError):
    """Too many requests, try again later

    `retry_after`: seconds.
    """

    def __init__(self, template: str | None = None, /, *, retry_after: int = 60, **parameters: object) -> None:
        super().__init__(template, **parameters)
        self.retry_after = retry_after


class Unavailable(AtgError):
    """A part of the service is away, try again soon"""


class BadGateway(AtgError):
    """A service that this one needs did not do what it was asked"""
