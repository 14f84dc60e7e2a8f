"""Whom the fuzz signs in as. Whoever has lost their account to it gets it back by an import."""

import csv
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import httpx

STAFF = ("training", "shop", "marketing", "support")
PEOPLE = ("admin", "instructor", "teacher", "student", "employee", *STAFF)
ROLES = (*PEOPLE, "service", "customer", "anonymous")
PASSWORD = "a password of the fuzz alone 7!"
SERVICE_TOKEN = "a-service-token-of-the-fuzz-alone"
BOT_TOKEN = f"123456:{'a' * 35}"
WEBHOOK_SECRET = "webhook-secret-of-the-fuzz-alone"
ZOOM_SECRET = "zoom-secret-of-the-fuzz-alone"
# Sign-ins of ours come from an address of their own: what the fuzz does at /auth/login does not hold them up.
_OUR_ADDRESS = {"X-Forwarded-For": "198.51.100.7"}
_SHOPPER = {"id": 515151, "first_name": "Anna", "username": "anna_of_the_fuzz", "language_code": "en"}
_ROLE_OF = {"employee": "user"}


def restore_people(environment: Mapping[str, str]) -> None:
    """Makes the accounts anew, or mends them: name, password, role, and that they are active.

    `environment`: the server's settings.
    """
    home = Path(environment["ATG_HOME"])
    file = home / "people-of-the-fuzz.csv"
    with file.open("w", newline="", encoding="utf-8") as output:
        rows = csv.writer(output)
        rows.writerow(["username", "password", "role", "is_active"])
        rows.writerows([name, PASSWORD, _ROLE_OF.get(name, name), "true"] for name in PEOPLE)
    atg = str(Path(sys.executable).with_name("atg"))
    subprocess.run([atg, "import", "users", "--quiet", str(file)], cwd=home, env=environment, check=True)


def token_of(role: str, url: str) -> str | None:
    """A new access token of a role; None of anonymous. Needs the server's settings in the environment."""
    if role == "anonymous":
        return None
    if role == "service":
        return SERVICE_TOKEN
    if role == "customer":
        return _asked(url, "/auth/telegram", {"init_data": _init_data()})
    body = {"username": role, "password": PASSWORD}
    return _asked(url, "/auth/login", body) or _restored(url, body)


def _restored(url: str, body: dict[str, str]) -> str:
    restore_people(os.environ)
    token = _asked(url, "/auth/login", body)
    assert token, f"{body['username']} can not sign in"
    return token


def _asked(url: str, path: str, body: dict[str, str]) -> str | None:
    reply = httpx.post(f"{url}{path}", json=body, headers=_OUR_ADDRESS, timeout=30)
    return str(reply.json()["token"]) if reply.status_code == 200 else None


def _init_data() -> str:
    fields = {"auth_date": str(int(time.time())), "query_id": "AAHdF6IQ", "user": json.dumps(_SHOPPER)}
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hmac.digest(b"WebAppData", BOT_TOKEN.encode(), hashlib.sha256)
    return urlencode({**fields, "hash": hmac.digest(key, lines.encode(), hashlib.sha256).hex()})
