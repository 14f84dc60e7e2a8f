"""The deployment files, checked as text."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from atg_entrypoints.settings import Settings, variable_of

ROOT = Path(__file__).parents[2]
VARIABLES = set(map(variable_of, Settings.__struct_fields__))
OURS = ("ATG_", "TELEGRAM_")
COMPOSE = ["docker-compose.yml", "docker-compose.prod.yml"]


def services(name: str) -> dict[str, dict[str, Any]]:
    composed: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))["services"]
    return composed


def test_the_example_environment_names_every_setting_and_no_other() -> None:
    named = re.findall(
        r"^#?((?:ATG|TELEGRAM|ZOOM)_[A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(named) == sorted(VARIABLES)


def test_the_example_environment_shows_the_defaults() -> None:
    lines = re.findall(r"^#ATG_([A-Z0-9_]+)=(.+)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    defaults = Settings()
    for name, shown in lines:
        default = getattr(defaults, name.lower())
        written = ",".join(default) if isinstance(default, list) else str(default)
        assert shown == written.replace("True", "true").replace("False", "false"), name
    assert len(lines) >= 12


@pytest.mark.parametrize("name", COMPOSE)
def test_a_service_is_given_only_settings_that_exist(name: str) -> None:
    for service in services(name).values():
        given = {variable for variable in service.get("environment", {}) if variable.startswith(OURS)}
        assert given <= VARIABLES


@pytest.mark.parametrize("name", COMPOSE)
def test_secrets_come_from_the_environment(name: str) -> None:
    for service in services(name).values():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|ACCESS_KEY|JWT|DATABASE_URL", variable):
                assert "${" in value, variable
                assert not re.search(r"\$\{\w+:-[^}]", value), variable


@pytest.mark.parametrize("name", COMPOSE)
def test_images_are_pinned(name: str) -> None:
    for service in services(name).values():
        image = service["image"]
        assert image.startswith("${") or re.search(r":(?!latest)[\w.-]+$", image), image


def test_compose_waits_for_health_and_for_the_migration() -> None:
    composed = services("docker-compose.yml")
    for name in ("postgres", "redis", "minio"):
        assert composed[name]["healthcheck"]["test"]
    assert composed["api"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert composed["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert all(port.startswith("127.0.0.1:") for service in composed.values() for port in service.get("ports", []))


@pytest.mark.parametrize("name", COMPOSE)
def test_a_worker_does_the_jobs_and_has_the_time_to_finish_them(name: str) -> None:
    worker = services(name)["worker"]
    assert worker["command"] == ["atg", "worker"]
    assert worker["stop_grace_period"] == "40s"
    assert worker["healthcheck"] == {"disable": True}, "the image's own check asks an API"
    assert worker["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_image_runs_as_nobody_special_and_says_how_it_is() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    final = dockerfile.rpartition("FROM ")[2]
    assert re.search(r"^USER (?!root)\w+$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    assert ":latest" not in dockerfile
    assert "--constraint requirements.lock" in dockerfile


def test_nginx_listens_by_https_alone() -> None:
    """Nobody is led over from http, who would have sent a token in the clear by then (ASVS V4.1.2)."""
    site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"^\s*listen (.+);$", site, re.MULTILINE) == ["443 ssl"]
    assert not re.search(r"^\s*(return|rewrite)\b", site, re.MULTILINE)
