"""Each command of the quickstart does what it says."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.integration.running import ATG, serving

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_command_of_the_quickstart_works(tmp_path: Path) -> None:
    """A 4xx or 5xx reply of any curl, or a failing command, ends the run; the replies are then looked at."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/atg").symlink_to(ATG)
    script = "\n".join(FENCE.findall((ROOT / "docs/quickstart.md").read_text(encoding="utf-8")))
    commands = len(re.findall(r"curl |atg ", script))
    with serving(tmp_path, "demo", ATG_HOME=str(tmp_path / "var")) as server:
        script = script.replace("http://127.0.0.1:8000", server.url).replace("curl -s", "curl -sS --fail-with-body")
        bash = shutil.which("bash")
        assert bash is not None
        done = subprocess.run(
            [bash, "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "ATG_HOME": str(tmp_path / "var")},
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert commands >= 20
    for expected in ('"ok":true', '"courseProgram":{', '"username":"employee"', '"success":true', '"language":"en"'):
        assert expected in done.stdout
    assert "0 created, 0 updated, 47 unchanged, 0 rejected" in done.stdout
    assert "Administrator operator made." in done.stdout
