"""Each command of the documents does what it says."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.integration.running import ATG, serving

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run_commands(document: str, folder: Path) -> tuple[str, int]:
    """What a document's commands print against the demo, and how many there are.

    A 4xx or 5xx reply of any curl, or a failing command, ends the run.
    """
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/atg").symlink_to(ATG)
    script = "\n".join(FENCE.findall((ROOT / document).read_text(encoding="utf-8")))
    commands = len(re.findall(r"curl |atg ", script))
    with serving(folder, "demo", ATG_HOME=str(folder / "var")) as server:
        script = script.replace("http://127.0.0.1:8000", server.url).replace("curl -s", "curl -sS --fail-with-body")
        bash = shutil.which("bash")
        assert bash is not None
        done = subprocess.run(
            [bash, "-euo", "pipefail", "-c", script],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "ATG_HOME": str(folder / "var"), "PYTHONUTF8": "1"},
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout, commands


def test_every_command_of_the_quickstart_works(tmp_path: Path) -> None:
    printed, commands = run_commands("docs/quickstart.md", tmp_path)
    assert commands >= 20
    for expected in ('"ok":true', '"courseProgram":{', '"username":"employee"', '"success":true', '"language":"en"'):
        assert expected in printed
    assert "0 created, 0 updated, 47 unchanged, 0 rejected" in printed
    assert "Administrator operator made." in printed


def test_every_command_about_files_works(tmp_path: Path) -> None:
    printed, commands = run_commands("docs/streaming.md", tmp_path)
    assert commands >= 13
    for expected in ('"ok":true', '"exists":true', "accept-ranges: bytes", "%PDF-1.7"):
        assert expected in printed
    assert printed.count("a small one") == 2
    assert "bytes 0-3/20" in printed
    assert "bytes 17-19/20" in printed


def test_every_command_about_learning_works(tmp_path: Path) -> None:
    printed, commands = run_commands("docs/learning.md", tmp_path)
    assert commands >= 30
    for expected in ('"completed":true', '"score_percent":', '"assigned":', '"is_correct":true', "department,station,"):
        assert expected in printed
