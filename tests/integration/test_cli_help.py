"""The command line knows its commands without importing them."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from atg_entrypoints.cli.main import _COMMANDS, app, load_command


@pytest.mark.parametrize("name", _COMMANDS)
def test_the_line_in_the_help_is_that_of_the_command(name: str) -> None:
    _, line = _COMMANDS[name]
    command = load_command(name)
    assert command.name in {name, ""}
    assert command.help.partition("\n")[0] == line


def test_the_help_names_every_command() -> None:
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    for name, (_, line) in _COMMANDS.items():
        assert f"│ {name} " in told.stdout
        assert line in told.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nonsense"], "No such command 'nonsense'."),
        (["worke"], "Did you mean 'worker'?"),
        (["jobs", "nonsense"], "No such command 'nonsense'."),
        (["serve", "--port", "many"], "Invalid value for '--port'"),
        (["users", "create-admin"], "Missing option '--username'."),
    ],
)
def test_what_is_typed_wrongly_is_said_and_ends_with_two(arguments: list[str], reason: str) -> None:
    told = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert told.exit_code == 2
    assert reason in told.stderr


def test_the_help_imports_no_command() -> None:
    """Nor what they stand on: a process of its own, since this one has imported all."""
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from atg_entrypoints.cli.main import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print(*sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    modules = run.stdout.split()
    ours = {name for name in modules if name.startswith("atg_")}
    assert ours == {"atg_entrypoints", "atg_entrypoints.cli", "atg_entrypoints.cli.main", "atg_entrypoints.garbage"}
    assert not {"sqlalchemy", "litestar", "alembic", "dependency_injector", "msgspec"} & set(modules)
