"""Each fault of a member has a stable code, which docs/errors.md names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from atg_adapters.words.extraction import SOURCES

DOCUMENT = Path(__file__).parents[3] / "docs" / "errors.md"


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield str(path.relative_to(SOURCES)), node


def _code(call: ast.Call) -> str | None:
    """That of a call of Invalid or Fault, if it is a constant."""
    given = {each.arg: each.value for each in call.keywords}
    name = getattr(call.func, "id", "")
    told = call.args[2] if name == "Fault" and len(call.args) > 2 else given.get("code") if "field" in given else None
    return told.value if isinstance(told, ast.Constant) else None


def test_every_code_of_a_fault_is_documented() -> None:
    documented = set(re.findall(r"`([a-z_0-9]+)`", DOCUMENT.read_text(encoding="utf-8")))
    codes = {code for _, call in _calls() if (code := _code(call))}
    assert len(codes) > 20
    assert codes - documented == set()


def test_a_fault_of_a_member_says_what_it_is() -> None:
    """An error with a name of its own has that as its code."""
    without = [
        f"{path}: {ast.unparse(call)}"
        for path, call in _calls()
        if getattr(call.func, "id", "") == "Invalid"
        and {"field"} <= {each.arg for each in call.keywords}
        and "code" not in {each.arg for each in call.keywords}
    ]
    assert without == []
