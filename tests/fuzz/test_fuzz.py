"""A small fuzz with each run of the tests; `make fuzz` is the whole one."""

from pathlib import Path

from tests.fuzz.running import fuzzing

_FEW = ("--seed", "1", "--phases", "fuzzing", "--max-examples", "1", "--no-shrink")
_OF_STUDENTS = "^GET /(?!admin|api)"


def test_the_api_withstands_a_small_fuzz(tmp_path: Path) -> None:
    """Every operation, read as a student, else called as an administrator.

    No 5xx, no status or reply that is not documented, nothing wrong let in, nothing right kept out.
    """
    with fuzzing(tmp_path) as fuzz:
        read = fuzz.run("student", *_FEW, "--include-name-regex", _OF_STUDENTS)
        assert not read.findings, read.text
        written = fuzz.run("admin", *_FEW, "--exclude-name-regex", _OF_STUDENTS)
        assert not written.findings, written.text
        assert min(read.requests, written.requests) > 100
