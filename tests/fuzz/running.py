"""Runs schemathesis against a real server over the example data, as one role after another."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.fuzz import roles
from tests.fuzz.vocabulary import vocabulary_of
from tests.integration.running import Server, serving

_ROOT = Path(__file__).parents[2]
_SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
_SETTINGS = {
    "ATG_RATE_LIMIT": "0",
    "ATG_ACCESS_TTL": "86400",
    "ATG_TRUSTED_PROXIES": "127.0.0.1",
    "ATG_SERVICE_TOKENS": roles.SERVICE_TOKEN,
    "TELEGRAM_BOT_TOKEN": roles.BOT_TOKEN,
    "TELEGRAM_WEBHOOK_SECRET": roles.WEBHOOK_SECRET,
    "ATG_TELEGRAM_API_URL": "http://127.0.0.1:9",
    "ZOOM_WEBHOOK_SECRET": roles.ZOOM_SECRET,
    "ATG_LOG_LEVEL": "WARNING",
}
# 413: a list of more elements than are allowed is often a body of more than 1 MB. The health checks are about how well
# data can be made up, for a key that may be any text as well as on a busy machine; none is about the API.
_CONFIG = """
hooks = "tests.fuzz.hooks"
suppress-health-check = ["all"]

[cache]
enabled = false

[phases.stateful.generation]
max-examples = 100

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 413, 429, "5xx"]

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`requests`: what the server has answered meanwhile; `findings`: as schemathesis reports them, `text` in words."""

    role: str
    requests: int
    findings: Sequence[Any]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzz:
    """The demo as a process of its own, and schemathesis beside it."""

    server: Server
    environment: dict[str, str]
    config: Path

    def run(self, role: str, *arguments: str) -> Outcome:
        """`arguments`: of `schemathesis run`, such as its seed and how many examples."""
        report, before = self.config.with_name(f"report-{role}.json"), self._served()
        command = [
            *(_SCHEMATHESIS, "--config-file", str(self.config), "run", f"{self.server.url}/openapi.json"),
            *("--no-color", "--continue-on-failure", "--generation-database", "none"),
            *("--report", "json", "--report-json-path", str(report), *arguments),
        ]
        environment = {**self.environment, "FUZZ_ROLE": role}
        done = subprocess.run(
            command, cwd=self.config.parent, env=environment, capture_output=True, text=True, check=False
        )
        text = done.stdout + done.stderr
        assert report.exists(), text
        told = json.loads(report.read_text(encoding="utf-8"))
        findings = [*told["failures"], *told["errors"]]
        assert findings or done.returncode == 0, text
        return Outcome(role=role, requests=self._served() - before, findings=findings, text=text)

    def _served(self) -> int:
        lines = httpx.get(f"{self.server.url}/metrics", timeout=30).text.splitlines()
        return int(sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("atg_requests_total{")))


@contextmanager
def fuzzing(home: Path, **settings: str) -> Iterator[Fuzz]:
    """`settings`: of the server, beside those that the fuzz needs."""
    config = home / "schemathesis.toml"
    with serving(home, "demo", **_SETTINGS, **settings) as server:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ATG_", "TELEGRAM_"))}
        own = {"ATG_HOME": str(home), "FUZZ_URL": server.url, "PYTHONPATH": str(_ROOT)}
        environment = {**kept, **_SETTINGS, **settings, **own}
        roles.restore_people(environment)
        config.write_text(_CONFIG + vocabulary_of(server.url), encoding="utf-8")
        yield Fuzz(server=server, environment=environment, config=config)
