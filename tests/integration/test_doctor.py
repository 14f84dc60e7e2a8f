"""`atg doctor` and `atg config`."""

import json
from pathlib import Path

from tests.integration.command import Atg, run_atg
from tests.integration.running import free_port

_SECRET = "Jx3vQ9-pL0wZ7rT2mN8kB5yH4sD6fG1cXaVe"


def _found(home: Path, **environment: str) -> tuple[int, dict[str, dict[str, str]]]:
    ran = run_atg(home, "doctor", "--json", ATG_SECRET_KEY=_SECRET, **environment)
    findings = map(json.loads, ran.stdout.splitlines())
    return ran.returncode, {each["part"]: each for each in findings}


def test_an_installation_that_works_is_told_so(tmp_path: Path) -> None:
    assert run_atg(tmp_path, "migrate", ATG_SECRET_KEY=_SECRET).returncode == 0
    code, found = _found(tmp_path)
    assert code == 0
    assert {each["status"] for each in found.values()} <= {"ok", "off", "warning"}
    assert [part for part, each in found.items() if each["status"] == "off"] == ["conferencing", "cache", "mail"]
    assert list((tmp_path / "var" / "files").rglob("*.txt")) == []


def test_what_does_not_work_is_told_with_what_to_do(tmp_path: Path) -> None:
    code, found = _found(tmp_path)
    assert (code, found["schema"]["status"], found["schema"]["advice"]) == (1, "failed", "run `atg migrate`")
    assert "jobs" not in found
    assert run_atg(tmp_path, "migrate", ATG_SECRET_KEY=_SECRET).returncode == 0
    nothing = f"127.0.0.1:{free_port()}"
    code, found = _found(
        tmp_path,
        ATG_REDIS_URL=f"redis://:hidden@{nothing}",
        ATG_SMTP_URL=f"smtp://{nothing}",
        ATG_S3_ENDPOINT=f"http://{nothing}",
        ATG_S3_ACCESS_KEY="key",
        ATG_S3_SECRET_KEY=_SECRET,
        ATG_S3_BUCKET="bucket",
        ATG_DATABSE_URL="hidden",
    )
    assert code == 1
    assert {part for part, each in found.items() if each["status"] == "failed"} == {"cache", "mail", "store"}
    assert all(each["advice"] for each in found.values() if each["status"] in {"failed", "warning"})
    assert "hidden" not in json.dumps(found)
    code, found = _found(tmp_path, ATG_DATABASE_URL=f"postgresql://atg:hidden@{nothing}/atg")
    assert (code, found["database"]["status"]) == (1, "failed")
    assert "hidden" not in json.dumps(found)


def test_a_misspelt_variable_is_told_before_all_else(tmp_path: Path) -> None:
    ran = run_atg(tmp_path, "doctor", ATG_SECRET_KEY=_SECRET, ATG_WORKRES="2")
    assert ran.stdout.splitlines()[:2] == [
        "warning   settings        nothing reads ATG_WORKRES",
        f"{'':26}→ ATG_WORKERS was meant?",
    ]


async def test_each_database_is_looked_at(database_url: str, tmp_path: Path) -> None:
    ran = Atg(database_url, tmp_path)("doctor", "--json")
    found = {each["part"]: each for each in map(json.loads, ran.stdout.splitlines())}
    assert (found["schema"]["status"], found["clock"]["status"], found["jobs"]["status"]) == ("ok", "ok", "ok"), found
    assert ran.returncode == 0


def test_settings_are_shown_without_secrets(tmp_path: Path) -> None:
    environment = {
        "ATG_SECRET_KEY": _SECRET,
        "DATABASE_URL": "postgresql://atg:hidden@db.example.com/atg",
        "ATG_SERVICE_TOKENS": _SECRET,
        "SENTRY_DSN": "https://hidden@sentry.example.com/1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://name:hidden@traces.example.com",
        "ATG_S3_PUBLIC_ENDPOINT": "https://name:hidden@files.example.com",
        "ATG_WORKERS": "3",
    }
    shown = run_atg(tmp_path, "config", **environment)
    assert "* ATG_DATABASE_URL=postgresql://db.example.com/atg\n" in shown.stdout
    assert "* ATG_WORKERS=3\n" in shown.stdout
    assert "  ATG_PORT=8000\n" in shown.stdout
    as_json = run_atg(tmp_path, "config", "--json", **environment)
    told = json.loads(as_json.stdout)
    assert (told["ATG_WORKERS"], told["ATG_SERVICE_TOKENS"]) == (3, "(set, not shown)")
    for text in (shown.stdout, as_json.stdout):
        assert _SECRET not in text
        assert "hidden" not in text


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run_atg(tmp_path, "--version").stdout.startswith("atg ")
