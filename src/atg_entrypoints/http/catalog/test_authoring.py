"""Authoring the test of a lesson and the final test of a program, for instructors and admins."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation

from atg_core.catalog.curriculum_records import RecordKind
from atg_core.catalog.test_authoring import FINAL_TESTS, LESSON_TESTS, EditTests
from atg_entrypoints.http.catalog import test_authoring_wire as wire
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import serial_or

_TAGS = ["authoring"]


def _routes(path: str, name: str, kind: RecordKind, parameter: str) -> list[BaseRouteHandler]:
    """The routes of the test of a lesson, or of the final test of a program."""

    def parent(request: Request[Any, Any, Any], *, made: bool = False) -> int:
        return serial_or(kind.parent_not_found if made else kind.not_found, request.path_params[parameter])

    @post(path, policy=AUTHOR, tags=_TAGS, summary=f"Create {name}", name=f"make {name}", also={409})
    async def make(
        request: Request[Any, Any, Any],
        data: JSONBody[wire.NewTest],
        edit_tests: NamedDependency[SkipValidation[EditTests]],
    ) -> wire.AuthoredTest:
        values, questions, draws = data.written()
        made = await edit_tests.add(kind, parent(request, made=True), values, questions or (), draws or ())
        return wire.AuthoredTest.of(made)

    @put(path, policy=AUTHOR, tags=_TAGS, summary=f"Change {name}", name=f"change {name}", also={409})
    async def change(
        request: Request[Any, Any, Any],
        data: JSONBody[wire.TestChanges],
        edit_tests: NamedDependency[SkipValidation[EditTests]],
    ) -> wire.AuthoredTest:
        """Questions and options with an id are updated, those without are new, others are deleted.

        Draws that the banks can not fill without a question twice are 400 `not_enough_questions`, with how many there
        are; who starts an attempt later, when questions were retired, gets 409 of the same code.
        """
        values, questions, draws = data.written()
        return wire.AuthoredTest.of(await edit_tests.change(kind, parent(request), values, questions, draws))

    @get(
        f"{path}/key",
        policy=AUTHOR,
        tags=_TAGS,
        summary=f"The correct options of {name}",
        name=f"key of {name}",
    )
    async def key(
        request: Request[Any, Any, Any], edit_tests: NamedDependency[SkipValidation[EditTests]]
    ) -> wire.AuthoredTest:
        return wire.AuthoredTest.of(await edit_tests.show(kind, parent(request)))

    @delete(path, policy=AUTHOR, tags=_TAGS, summary=f"Delete {name}", name=f"delete {name}")
    async def remove(request: Request[Any, Any, Any], edit_tests: NamedDependency[SkipValidation[EditTests]]) -> None:
        """A test that has attempts is deactivated instead."""
        await edit_tests.remove(kind, parent(request))

    return [make, change, key, remove]


HANDLERS: Sequence[BaseRouteHandler] = (
    *_routes("/lessons/{lesson_id:str}/test", "the test of a lesson", LESSON_TESTS, "lesson_id"),
    *_routes("/programs/{program_id:str}/final-test", "a final test", FINAL_TESTS, "program_id"),
)
