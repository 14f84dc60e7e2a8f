"""Each command of the documents does what it says."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atg_entrypoints.cli.demo import import_examples
from atg_entrypoints.container import close, create_container
from atg_entrypoints.environment import read_settings
from atg_entrypoints.startup import prepare
from tests.contracts.shop.bot import SERVICE
from tests.integration.running import ATG, serving

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^```bash\n(.*?)^```$(?:\n+```json\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
END = "=== the end of a block ==="
DECODER = json.JSONDecoder()


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of a demo that was never asked."""
    home = tmp_path_factory.mktemp("demo") / "var"

    async def fill() -> None:
        container = create_container(read_settings({"ATG_HOME": str(home)}))
        await prepare(container)
        await import_examples(container, home)
        await close(container)

    asyncio.run(fill())
    return home


@pytest.fixture
def folder(demo_home: Path, tmp_path: Path) -> Path:
    """Where the demo's home folder is `var`."""
    shutil.copytree(demo_home, tmp_path / "var")
    return tmp_path


def run_commands(document: str, folder: Path) -> tuple[str, int]:
    """What a document's commands print against the demo, and how many there are.

    A 4xx or 5xx reply of any curl, or a failing command, ends the run.
    """
    script = "\n".join(FENCE.findall((ROOT / document).read_text(encoding="utf-8")))
    commands = len(re.findall(r"curl |atg ", script))
    return _run(script.replace("curl -s", "curl -s --fail-with-body"), folder), commands


def run_and_compare(document: str, folder: Path, **environment: str) -> int:
    """Runs a document's commands as `run_commands` does; what is shown below a block is what the block prints.

    What is shown may be a refusal, and need not be all. How many replies are shown.
    """
    blocks = SHOWN.findall((ROOT / document).read_text(encoding="utf-8"))
    script = [
        (commands if shown else commands.replace("curl -s", "curl -s --fail-with-body")) + f"printf '{END}'\n"
        for commands, shown in blocks
    ]
    printed = _run("".join(script), folder, **environment).split(END)
    replies = 0
    for (commands, shown), told in zip(blocks, printed, strict=False):
        if shown:
            expected, got = list(_values(shown)), list(_values(told))
            assert _as_shown(expected, got), f"{commands}\n{told}"
            replies += len(got)
    return replies


def _values(text: str) -> Iterator[Any]:
    """One JSON value after the other."""
    while text := text.strip():
        value, end = DECODER.raw_decode(text)
        yield value
        text = text[end:]


def _as_shown(shown: Any, told: Any, name: str = "") -> bool:
    """Ids and moments differ between runs; a member "…" is any number of others."""
    if isinstance(shown, dict) and isinstance(told, dict):
        named = {key for key in shown if key != "…"}
        everything = "…" in shown or named == told.keys()
        return everything and all(key in told and _as_shown(shown[key], told[key], key) for key in named)
    if isinstance(shown, list) and isinstance(told, list):
        return len(shown) == len(told) and all(_as_shown(*both, name) for both in zip(shown, told, strict=True))
    differs = name == "id" or name.endswith(("_id", "_ids", "_at"))
    return type(shown) is type(told) if differs else bool(shown == told)


def _run(script: str, folder: Path, **environment: str) -> str:
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/atg").symlink_to(ATG)
    with serving(folder, "demo", ATG_HOME=str(folder / "var"), **environment) as server:
        script = script.replace("http://127.0.0.1:8000", server.url).replace("curl -s", "curl -sS")
        bash = shutil.which("bash")
        assert bash is not None
        settings = {"PATH": "/usr/local/bin:/usr/bin:/bin", "ATG_HOME": str(folder / "var"), "PYTHONUTF8": "1"}
        done = subprocess.run(
            [bash, "-euo", "pipefail", "-c", script],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=settings | environment,
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout


@pytest.mark.parametrize("document", ["docs/quickstart.md", "docs/quickstart.ru.md"])
def test_every_command_of_the_quickstart_works(folder: Path, document: str) -> None:
    printed, commands = run_commands(document, folder)
    assert commands >= 20
    for expected in ('"ok":true', '"courseProgram":{', '"username":"employee"', '"success":true', '"language":"en"'):
        assert expected in printed
    assert "0 created, 0 updated, 66 unchanged, 0 rejected" in printed
    assert "Administrator operator made." in printed


def test_every_command_about_files_works(folder: Path) -> None:
    printed, commands = run_commands("docs/streaming.md", folder)
    assert commands >= 13
    for expected in ('"ok":true', '"exists":true', "accept-ranges: bytes", "%PDF-1.7"):
        assert expected in printed
    assert printed.count("a small one") == 2
    assert "bytes 0-3/20" in printed
    assert "bytes 17-19/20" in printed


def test_every_command_about_learning_works(folder: Path) -> None:
    printed, commands = run_commands("docs/learning.md", folder)
    assert commands >= 30
    for expected in (
        '"completed":true',
        '"score_percent":',
        '"assigned":',
        '"is_correct":true',
        "Подразделение,Станция,",
    ):
        assert expected in printed


def test_every_command_about_the_shop_replies_as_it_says(folder: Path) -> None:
    replies = run_and_compare("docs/shop-integration.md", folder, ATG_SERVICE_TOKENS=SERVICE)
    assert replies >= 25


def test_every_command_about_the_schedule_works(folder: Path) -> None:
    printed, commands = run_commands("docs/schedule.md", folder)
    assert commands >= 20
    for expected in (
        '"new.student@example.com","result":"invited"',
        '"id":"recurring-',
        '"week_type":"UPPER"',
        '"title":"Pumps"',
        '"free_at":null',
        "BEGIN:VCALENDAR",
    ):
        assert expected in printed


def test_every_command_about_homework_and_grades_works(folder: Path) -> None:
    printed, commands = run_commands("docs/homework-gradebook.md", folder)
    assert commands >= 20
    for expected in ('"status":"submitted"', '"grade":"2.50"', '"grade":"17.50"', '"columns":[', '"status":"late"'):
        assert expected in printed
    assert "Valves (2030-02-01)" in (folder / "journal.csv").read_text(encoding="utf-8-sig")


def test_every_command_about_campaigns_replies_as_it_says(folder: Path) -> None:
    replies = run_and_compare("docs/campaigns.md", folder)
    assert replies >= 19


def test_every_command_about_live_lessons_replies_as_it_says(folder: Path) -> None:
    replies = run_and_compare("docs/conferencing.md", folder)
    assert replies >= 10
    plan = (folder / "pool.txt").read_text(encoding="utf-8")
    shown = "".join(f"    {line}".rstrip() + "\n" for line in plan.splitlines())
    assert shown in (ROOT / "docs/conferencing.md").read_text(encoding="utf-8")
    assert (folder / "pool.svg").exists()
