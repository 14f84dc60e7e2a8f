"""The console's scripts, by the types that their comments say, with those of the API made from its document."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from atg_entrypoints.console import static_files
from tests.conftest import optional

_CHECKOUT = Path(__file__).parents[3]
_PACKAGES = _CHECKOUT / "node_modules"
_OPTIONS = {
    "allowJs": True,
    "checkJs": True,
    "noEmit": True,
    "strict": True,
    "noUnusedLocals": True,
    "skipLibCheck": True,
    "target": "es2023",
    "lib": ["es2023", "dom", "dom.iterable"],
    "module": "es2022",
    "moduleResolution": "bundler",
    "types": [],
}


@pytest.fixture
def node() -> str:
    """The program; skips where it, or a package that is for tests alone, is not there."""
    found = shutil.which("node")
    if found is None or not (_PACKAGES / "typescript").is_dir() or not (_PACKAGES / "openapi-typescript").is_dir():
        optional("browser", "no node, or `npm ci` was not run with development packages")
    assert found
    return found


def _run(node: str, program: str, *arguments: str) -> None:
    done = subprocess.run(
        [node, str(_PACKAGES / program), *arguments], cwd=_CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_scripts_are_right(node: str, tmp_path: Path) -> None:
    """Scripts find `./api` and `./pdfjs/…` beside them, as browsers do."""
    document = str(_CHECKOUT / "docs" / "contracts" / "openapi.yaml")
    _run(node, "openapi-typescript/bin/cli.js", document, "--output", str(tmp_path / "api.d.ts"))
    (tmp_path / "pdfjs").mkdir()
    (tmp_path / "pdfjs" / "pdf.min.d.mts").write_text(f'export * from "{_PACKAGES}/pdfjs-dist/types/src/pdf.js";\n')
    own = static_files._OWN
    project = {"compilerOptions": {**_OPTIONS, "rootDirs": [str(own), str(tmp_path)]}, "include": [f"{own}/*.js"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(project))
    _run(node, "typescript/bin/tsc", "--project", str(tmp_path))
