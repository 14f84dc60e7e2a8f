"""What browsers load of others: by the lock, once, and said where it can not be had."""

import json
import os
from pathlib import Path

import pytest

from atg_entrypoints import browser_packages
from atg_entrypoints.browser_packages import FILES
from atg_entrypoints.browser_packages import __main__ as fetching

ROOT = Path(__file__).parents[2]
_NPM = """#!/bin/sh
echo "$@" >> npm-calls
{script}
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a lock, and programs that are called node and npm."""
    (tmp_path / "package-lock.json").write_text("{}")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("node", "npm"):
        program(programs / name, "exit 0")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(fetching, "_CHECKOUT", tmp_path)
    monkeypatch.setattr(fetching, "FOLDER", tmp_path / "files")
    return tmp_path


def program(path: Path, script: str) -> None:
    path.write_text(_NPM.format(script=script))
    path.chmod(0o755)


@pytest.mark.parametrize("folder", ["", "tests/pdfjs"])
def test_a_lock_names_no_address(folder: str) -> None:
    assert "://" not in (ROOT / folder / "package-lock.json").read_text()


def test_the_lock_names_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    others = {name: each for name, each in packages.items() if name}
    assert all(each["integrity"].startswith("sha512-") for each in others.values())
    assert not [name for name, each in others.items() if "resolved" in each]
    assert {
        f"node_modules/{'/'.join(source.split('/')[: 1 + source.startswith('@')])}" for source in FILES.values()
    } <= {*others}
    assert "--hash=sha256:" in (ROOT / "node.lock").read_text()


def test_files_are_collected_once_for_each_lock(checkout: Path) -> None:
    for source in FILES.values():
        made = checkout / "node_modules" / source
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(source)
    for _ in range(2):
        assert fetching.main([]) == 0
    assert {name: (checkout / "files" / name).read_text() for name in FILES} == dict(FILES)
    assert (checkout / "npm-calls").read_text() == "ci --omit=dev --omit=optional --ignore-scripts\n"
    (checkout / "package-lock.json").write_text('{"changed": true}')
    assert fetching.main([]) == 0
    assert len((checkout / "npm-calls").read_text().splitlines()) == 2


def test_what_can_not_be_fetched_is_told_and_stops_nobody(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program(checkout / "programs" / "npm", "echo 'npm warn old'; echo 'npm error code ENOTFOUND' >&2; exit 1")
    assert fetching.main([]) == 0
    told = capsys.readouterr().err
    assert "npm error code ENOTFOUND" in told
    assert "make setup" in told
    assert not (checkout / "files").exists()
    assert fetching.main(["--required"]) == 1


def test_a_machine_without_node_uses_that_of_the_lock(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(checkout / "nothing"))
    program(checkout / "uv", "exit 7")
    assert fetching.main(["--required", "--uv", str(checkout / "uv")]) == 1
    assert "uv: 7" in capsys.readouterr().err
    [asked] = (checkout / "npm-calls").read_text().splitlines()
    assert "--require-hashes" in asked
    assert asked.endswith("node.lock")


def test_the_folder_says_for_itself_whether_it_is_complete(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(browser_packages, "FOLDER", tmp_path)
    assert not browser_packages.are_there()
    (tmp_path / browser_packages.COMPLETE).write_text("x")
    assert browser_packages.are_there()
