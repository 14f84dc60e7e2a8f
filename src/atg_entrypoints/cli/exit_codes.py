"""How each command ends, for its help and for docs/operations.md."""

from collections.abc import Mapping

type ExitCodes = Mapping[int, str]

_NOT_STARTED = "not started: a line on standard error says why"
_SERVER = {
    0: "ended as it was told to",
    2: _NOT_STARTED,
    3: "the address can not be listened on, or a process did not start: the log says why",
}
_SERVERS: Mapping[str, ExitCodes] = {
    "serve": _SERVER,
    "demo": _SERVER,
    "worker": {0: "ended as it was told to", 2: _NOT_STARTED},
}
EVERY: ExitCodes = {
    0: "done",
    2: "not done, and nothing was changed: a line on standard error says why",
    130: "stopped by Ctrl-C",
}
"""Of every command, where nothing else is said."""
OWN: Mapping[str, ExitCodes] = {
    "import": {
        0: "all rows are stored, or with --dry-run could be",
        1: "bad rows, each named on standard error: none is stored, or with --on-error skip the others are",
        2: "a file or the database can not be used: no row is stored",
    },
    "doctor": {0: "all that is needed works", 1: "something that is needed does not work"},
    "drill": {0: "what was restored is what was backed up", 1: "it is not: the parts that differ are named"},
    "db check": {0: "the schema is that of this version", 1: "it is not: what differs is named"},
    "db adopt": {0: "adopted, or with --dry-run could be", 2: "not done, and no row was stored: a line says why"},
    "audit verify": {0: "the trail is as it was written", 1: "it was changed: the first event that differs is named"},
}


def exit_codes_of(command: str) -> ExitCodes:
    """By the command's words, such as `db check`."""
    return _SERVERS.get(command) or dict(sorted({**EVERY, **OWN.get(command, {})}.items()))


def in_help(command: str) -> str:
    return "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in exit_codes_of(command).items()) + "."
