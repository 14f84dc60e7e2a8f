"""What every command of the command line promises: how it ends, and JSON that programs can read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from atg_entrypoints.cli.exit_codes import exit_codes_of, in_help
from atg_entrypoints.cli.main import _COMMANDS, load_command
from tests.integration.command import Atg

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
PASSWORD = "a rather good one"


def commands() -> Iterator[tuple[str, Any]]:
    """Each by its words."""
    for name in _COMMANDS:
        command = load_command(name)
        if inner := getattr(command, "commands", None):
            yield from ((f"{name} {each}", inner[each]) for each in inner)
        else:
            yield name, command


ALL = dict(commands())


class Run(NamedTuple):
    """How a command is called; `{home}` stands for a folder of the test's own."""

    arguments: str = ""
    given: str = ""
    code: int = 0
    lines: bool = False
    """Whether there is an object on each line."""
    elsewhere: bool = False
    """Whether it works in an empty place."""


WITH_JSON = {
    "doctor": Run(lines=True),
    "config": Run(),
    "backup": Run("{home}/made.tar"),
    "restore": Run("{home}/before.tar", elsewhere=True),
    "drill": Run(),
    "import": Run("stations {home}/stations.csv"),
    "import files": Run("files {home}/documents"),
    "db check": Run(),
    "users list": Run(lines=True),
    "users show": Run("root"),
    "users create-admin": Run("--username other --password-stdin", given=PASSWORD),
    "users set-password": Run("root --password-stdin", given=PASSWORD),
    "users deactivate": Run("second"),
    "users activate": Run("second"),
    "jobs list": Run(lines=True),
    "jobs retry": Run("--all"),
    "users remove-second-factor": Run("--username root", code=2),
    "db adopt": Run("--from postgresql://127.0.0.1:9/none", code=2),
}
"""Of the last two, others read what they print: `test_cli.py`, `adoption`."""

NEEDED = {
    "import": "stations absent.csv",
    "export": "stations",
    "backup": "{home}/made.tar",
    "restore": "{home}/before.tar",
    "users show": "root",
    "users create-admin": "--username other --password-stdin",
    "users set-password": "root --password-stdin",
    "users deactivate": "root",
    "users activate": "root",
    "users remove-second-factor": "--username root",
    "sessions revoke": "--user root",
    "jobs retry": "--all",
    "db adopt": "--from postgresql://127.0.0.1:9/none",
}
WITHOUT_SETTINGS = {"openapi", "db revision"}


@pytest.fixture
def atg(sqlite_url: str, tmp_path: Path) -> Atg:
    """With administrators, files to import, and a backup."""
    atg = Atg(sqlite_url, tmp_path)
    (tmp_path / "stations.csv").write_text("short_name,name\nS,Станция\n", encoding="utf-8")
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("a")
    for name in ("root", "second"):
        assert atg("users", "create-admin", "--username", name, "--password-stdin", given=PASSWORD).returncode == 0
    return atg


def test_every_command_with_json_is_run_here() -> None:
    with_json = {name for name, command in ALL.items() if any(each.name == "as_json" for each in command.params)}
    assert with_json | {"import files"} == set(WITH_JSON)


@pytest.mark.parametrize("name", WITH_JSON)
def test_json_is_read_by_programs_and_the_end_is_one_of_those_that_are_told(atg: Atg, name: str) -> None:
    run, elsewhere = WITH_JSON[name], {}
    if name == "restore":
        assert atg("backup", f"{atg.home}/before.tar").returncode == 0
        (atg.home / "elsewhere").mkdir()
        elsewhere = {"ATG_DATABASE_URL": "", "ATG_HOME": f"{atg.home}/elsewhere"}
    words = name.replace("import files", "import").split()
    arguments = run.arguments.format(home=atg.home).split()
    ran = atg(*words, *arguments, "--json", given=run.given, **elsewhere)
    assert ran.returncode == run.code
    assert ran.returncode in exit_codes_of(" ".join(words))
    if run.code:
        assert (ran.stdout, ran.stderr.count("\n")) == ("", 1)
    else:
        read = [json.loads(line) for line in (ran.stdout.splitlines() if run.lines else [ran.stdout])]
        assert all(isinstance(each, dict) for each in read)
        assert read or name == "jobs list"


@pytest.mark.parametrize("name", sorted(ALL.keys() - WITHOUT_SETTINGS))
def test_a_wrong_setting_ends_every_command_with_two_and_a_line(tmp_path: Path, name: str) -> None:
    atg = Atg("", tmp_path)
    arguments = NEEDED.get(name, "").format(home=atg.home).split()
    ran = atg(*name.split(), *arguments, given=PASSWORD, ATG_PORT="many")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "ATG_PORT" in ran.stderr
    assert 2 in exit_codes_of(name)


@pytest.mark.parametrize("name", ALL)
def test_the_help_tells_how_a_command_ends(name: str) -> None:
    assert ALL[name].epilog == in_help(name)


def test_the_document_tells_how_commands_end() -> None:
    section = OPERATIONS.read_text(encoding="utf-8").partition("## How commands end")[2].partition("\n## ")[0]
    told: dict[str, dict[int, str]] = {}
    name = ""
    for first, code, meaning in re.findall(r"^\|(.*?)\| (\d+) \| (.+) \|$", section, re.MULTILINE):
        name = first.strip().replace("`", "").replace("atg ", "") or name
        told.setdefault(name, {})[int(code)] = meaning.replace("`", "")
    every = told.pop("every command")
    for command in ALL:
        listed = next((codes for names, codes in told.items() if command in names.split(", ")), {})
        expected = listed if command in {"serve", "demo", "worker"} else dict(sorted((every | listed).items()))
        assert exit_codes_of(command) == expected, command
