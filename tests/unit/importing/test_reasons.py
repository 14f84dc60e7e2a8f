"""Why rows and files can not be imported is said in Russian, whatever the reason is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import atg_adapters
import atg_core
from atg_adapters.words.extraction import messages
from atg_core.importing.reasons import reason_of

_FOLDERS = [
    Path(str(atg_core.__path__[0]), "importing"),
    *(Path(str(atg_adapters.__path__[0]), name) for name in ("tabular", "sql/importing", "memory/importing")),
]
# Of OneRoster's folders, which the command line alone takes.
_ELSEWHERE = {"oneroster.py"}
_PLACES = {"BadCell": 1, "ValueError": 0, "UnusableFile": 0}
_VARIABLES = {"reason", "told", "fault", "missing", "ERRORS", "TOO_LONG", "NOT_COMPUTED", "ANSWERED_BY_TEXT"}
_CONSTANTS_OF = {"accounts.py"}
_RETURNED_BY = {"_error_in", "_missing"}
_VALUE = "7"


def _texts(node: ast.AST | None) -> Iterator[str]:
    """The sentences that an expression may be, with a value in each place of one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(each.value) if isinstance(each, ast.Constant) else _VALUE for each in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "phrase":
        yield from _texts(node.args[0])


def _told(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in _PLACES and len(node.args) > _PLACES[name]:
            yield from _texts(node.args[_PLACES[name]])
        elif isinstance(node, ast.Assign):
            variable = getattr(node.targets[0], "id", "")
            if variable in _VARIABLES or (file.name in _CONSTANTS_OF and variable.isupper() and variable[0] != "_"):
                yield from _texts(node.value)
        elif isinstance(node, ast.FunctionDef) and node.name in _RETURNED_BY:
            for each in ast.walk(node):
                if isinstance(each, ast.Return):
                    yield from _texts(each.value)


def _of_file(text: str) -> str:
    """What a job tells of a whole file: without its name."""
    return text.removeprefix(f"{_VALUE}: ")


def test_every_reason_is_said_in_russian() -> None:
    found = {
        _of_file(text)
        for folder in _FOLDERS
        for file in folder.glob("*.py")
        if file.name not in _ELSEWHERE
        for text in _told(file)
    }
    # What is put together is tested below. Names of files, and the words of the system and of libraries.
    found = {text for text in found if not text.startswith((f"{_VALUE}; the header", f"{_VALUE}:{_VALUE}: {_VALUE};"))}
    found -= {_VALUE, f"{_VALUE}:{_VALUE}: {_VALUE}", '7."7"', "scheduled_lessons.start_time"}
    assert len(found) > 70
    russian = messages("ru")
    assert {text for text in found if reason_of(text)[0] not in russian} == set()


def test_what_stands_in_a_reason_is_found() -> None:
    assert reason_of("is not from 0 to 5") == ("is not from 0 to {most}", {"most": "5"})
    for text in (
        "lacks the column a, b; the header was looked for in the first 3 rows of the sheets A, B",
        "lacks the column a, b; the header was looked for in the first 3 rows",
        "names no column in its first rows; the header was looked for in the first 3 rows",
        (
            "p.csv:3: x ('1'): no column of users, the value would be lost; `atg import users --describe` tells the"
            " columns, --skip-column leaves one out"
        ),
    ):
        assert reason_of(text)[0] in messages("ru"), text
    assert reason_of("lacks the column a; the header was looked for in the first 3 rows of the sheets A, B")[1] == {
        "columns": "a",
        "rows": "3",
        "sheets": "A, B",
    }
    assert reason_of("of another kind") == ("of another kind", {})
