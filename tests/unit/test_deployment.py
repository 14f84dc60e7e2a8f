"""The deployment files, checked as text."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from atg_entrypoints.cli.serving import GRACE_SECONDS
from atg_entrypoints.settings import Settings, variable_of
from atg_entrypoints.variable_names import unread

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
VARIABLES = set(map(variable_of, Settings.__struct_fields__))
OURS = ("ATG_", "TELEGRAM_", "ZOOM_")
COMPOSE = ["docker-compose.yml", "docker-compose.prod.yml"]
ONCE = {"migrate", "bucket"}
"""What ends when it is done; all else is started again."""
FOR_THE_COMPOSE_FILES = {
    *("POSTGRES_PASSWORD", "POSTGRES_OWNER_PASSWORD", "POSTGRES_SERVICE_PASSWORD", "POSTGRES_OWNER_URL"),
    *("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD", "TLS_FOLDER", "IMAGE"),
}


def composed(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return document


def services(name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = composed(name)["services"]
    return found


def ours(name: str) -> dict[str, dict[str, Any]]:
    """The services that are ATG."""
    return {each: service for each, service in services(name).items() if "build" in service}


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_the_example_environment_names_every_setting_and_no_other() -> None:
    named = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)
    assert sorted(named) == sorted(VARIABLES | FOR_THE_COMPOSE_FILES)


def test_the_example_environment_shows_the_defaults() -> None:
    lines = re.findall(r"^#ATG_([A-Z0-9_]+)=(.+)$", EXAMPLE, re.MULTILINE)
    defaults = Settings()
    for name, shown in lines:
        default = getattr(defaults, name.lower())
        written = ",".join(default) if isinstance(default, list) else str(default)
        assert shown == written.replace("True", "true").replace("False", "false"), name
    assert len(lines) >= 12


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_keeps_the_schema_of_its_specification(name: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(ROOT / name)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", COMPOSE)
def test_every_variable_is_passed_on_and_those_that_are_set_are_settings(name: str) -> None:
    for service in ours(name).values():
        assert service["env_file"] == ".env"
        assert service["environment"]["ATG_ENV"] == "production"
        given = {variable for variable in service["environment"] if variable.startswith(OURS)}
        assert given <= VARIABLES


@pytest.mark.parametrize("name", COMPOSE)
def test_every_variable_that_is_asked_for_is_in_the_example(name: str) -> None:
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / name).read_text(encoding="utf-8")))
    assert asked <= VARIABLES | FOR_THE_COMPOSE_FILES


@pytest.mark.parametrize("name", COMPOSE)
def test_what_is_for_the_servers_alone_is_not_passed_on_nor_told(name: str) -> None:
    """The superuser's password is not in the environment of what serves; and no start warns of variables of ours."""
    for each, service in ours(name).items():
        passed_on = dict.fromkeys(FOR_THE_COMPOSE_FILES, "x") | service["environment"]
        secrets = {variable for variable in FOR_THE_COMPOSE_FILES if re.search("PASSWORD|USER|URL", variable)}
        assert {variable for variable in secrets if passed_on[variable]} == set(), each
        assert list(unread(passed_on)) == []


@pytest.mark.parametrize("name", COMPOSE)
def test_what_serves_is_not_what_owns_the_tables(name: str) -> None:
    for each, service in ours(name).items():
        command, url = service.get("command", []), service["environment"]["ATG_DATABASE_URL"]
        if each == "migrate":
            assert command == ["atg", "migrate", "--grant-to", "atg_service"]
            assert "OWNER" in url
        else:
            assert "OWNER" not in url
            assert service["environment"]["ATG_AUTO_MIGRATE"] == "false"


@pytest.mark.parametrize("name", COMPOSE)
def test_secrets_come_from_the_environment(name: str) -> None:
    for service in services(name).values():
        for variable, value in service.get("environment", {}).items():
            if value and re.search(r"PASSWORD|SECRET|TOKEN|ACCESS_KEY|JWT|DATABASE_URL", variable):
                assert "${" in value, variable
                assert not re.search(r"\$\{\w+:-[^}]", value), variable


@pytest.mark.parametrize("name", COMPOSE)
def test_images_are_pinned(name: str) -> None:
    """Ours are built from this folder; others have a version, and a digest where nobody mends the image any more."""
    for service in services(name).values():
        image = service["image"]
        if "build" in service:
            assert image in {"atg:local", "${IMAGE:-atg:local}"}
        elif "minio" in image:
            assert re.fullmatch(r"quay\.io/minio/\w+:RELEASE\.[\w-]+@sha256:[0-9a-f]{64}", image), image
        else:
            assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?-alpine", image), image


@pytest.mark.parametrize("name", COMPOSE)
def test_all_but_what_ends_is_started_again_and_says_how_it_is(name: str) -> None:
    for each, service in services(name).items():
        assert service["restart"] == ("no" if each in ONCE else "unless-stopped"), each
        health = service.get("healthcheck", {})
        assert health.get("test") or each in ONCE or "build" in service, each
        if each == "worker":  # the image's own check asks an API
            assert f"127.0.0.1:{service['environment']['ATG_WORKER_PORT']}/health" in health["test"][-1]


@pytest.mark.parametrize("name", COMPOSE)
def test_who_is_told_to_end_has_the_time_to_drain_and_to_finish(name: str) -> None:
    needed = Settings(env="production").drain + GRACE_SECONDS
    for each, service in ours(name).items():
        assert seconds(service["stop_grace_period"]) > needed, each


@pytest.mark.parametrize("name", COMPOSE)
def test_nothing_starts_before_what_it_needs(name: str) -> None:
    found = services(name)
    for each, service in ours(name).items():
        if each != "migrate":
            assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    for service in found.values():
        for needed, how in service.get("depends_on", {}).items():
            ended = how["condition"] == "service_completed_successfully"
            assert ended is (needed in ONCE)
            assert ended or found[needed].get("healthcheck", {}).get("test") or "build" in found[needed]


def test_on_one_machine_nothing_listens_to_others() -> None:
    for service in services("docker-compose.yml").values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_in_production_nginx_alone_listens_and_knows_both_processes() -> None:
    found, site = services("docker-compose.prod.yml"), (ROOT / "deploy/nginx/compose.conf").read_text(encoding="utf-8")
    assert [each for each, service in found.items() if service.get("ports")] == ["nginx"]
    addresses = {
        each: service["networks"]["atg"]["ipv4_address"]
        for each, service in found.items()
        if isinstance(service["networks"], dict)
    }
    trusted = addresses.pop("nginx")
    assert set(re.findall(r"server ([\d.]+):8000", site)) == set(addresses.values())
    assert {service["environment"]["ATG_TRUSTED_PROXIES"] for service in ours("docker-compose.prod.yml").values()} == {
        trusted
    }


def test_temporary_files_are_on_the_disk_and_no_two_processes_share_a_folder() -> None:
    used: list[str] = []
    for each, service in ours("docker-compose.prod.yml").items():
        assert "tmpfs" not in service
        mounted = dict(reversed(volume.split(":")) for volume in service["volumes"])
        assert mounted[service["environment"]["TMPDIR"]]
        used += mounted.values()
        assert ("ulimits" in service) is (each != "migrate")
    assert len(set(used)) == len(used)
    assert set(used) == set(composed("docker-compose.prod.yml")["volumes"])


def test_the_image_runs_as_nobody_special_and_says_how_it_is() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    final = dockerfile.rpartition("FROM ")[2]
    assert re.search(r"^USER (?!root)\w+$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    assert ":latest" not in dockerfile
    assert "--constraint requirements.lock" in dockerfile


@pytest.mark.parametrize("name", ["host.conf", "compose.conf"])
def test_nginx_listens_by_https_alone(name: str) -> None:
    """Nobody is led over from http, who would have sent a token in the clear by then (ASVS V4.1.2)."""
    site = (ROOT / "deploy" / "nginx" / name).read_text(encoding="utf-8")
    assert re.findall(r"^\s*listen (.+);$", site, re.MULTILINE) == ["443 ssl"]
    assert not re.search(r"^\s*(return|rewrite)\b", site, re.MULTILINE)


@pytest.mark.parametrize("name", ["host.conf", "compose.conf"])
def test_nginx_keeps_idle_connections_for_less_than_a_process_drains(name: str) -> None:
    """Else it might send a POST by one that is being closed, which can not be sent again."""
    site = (ROOT / "deploy" / "nginx" / name).read_text(encoding="utf-8")
    [kept] = re.findall(r"^\s*keepalive_timeout (\d+)s;$", site, re.MULTILINE)
    assert int(kept) < Settings(env="production").drain
