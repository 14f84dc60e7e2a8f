"""Outgoing connections go only to hosts from the settings (SSRF, Z6)."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
CLIENTS = {
    *("httpx", "aiohttp", "requests", "urllib3", "minio", "aiosmtplib", "smtplib", "ftplib", "websockets"),
    *("socket", "http.client", "urllib.request"),
}
"""What can open a connection to any address, but for clients of databases: no request tells those where to."""
KNOWN = {
    "atg_adapters/minio": "ATG_S3_ENDPOINT",
    "atg_adapters/oauth": "ATG_VK_ID_URL, ATG_YANDEX_OAUTH_URL, ATG_YANDEX_LOGIN_URL",
    "atg_adapters/opentelemetry/s3.py": "ATG_S3_ENDPOINT: it watches the requests of atg_adapters/minio",
    "atg_adapters/opentelemetry/spans.py": "none: it names a type",
    "atg_adapters/smtp/mailer.py": "ATG_SMTP_URL",
    "atg_adapters/telegram/bot_api.py": "ATG_TELEGRAM_API_URL",
    "atg_adapters/zoom": "ATG_ZOOM_OAUTH_URL, ATG_ZOOM_API_URL; Zoom's hosts for recordings (test_zoom_recordings)",
    "atg_adapters/proxies.py": "none: it reads which proxy the environment names",
    "atg_entrypoints/wiring/oauth.py": "none: it names a type",
    "atg_entrypoints/http/draining.py": "none: it accepts those who have connected",
    "atg_entrypoints/worker_server.py": "none: it listens at ATG_WORKER_HOST and ATG_WORKER_PORT",
}
"""By module or package, which settings say where to."""


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def may_connect(imported: set[str]) -> bool:
    return any(name == client or name.startswith(f"{client}.") for name in imported for client in CLIENTS)


def test_only_these_modules_connect_to_anything() -> None:
    """Z6: whoever adds another says here where it may connect to, and proves it."""
    connecting = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if may_connect(imports_of(path))}
    unknown = {path for path in connecting if not any(path.startswith(known) for known in KNOWN)}
    assert not unknown
    assert not {known for known in KNOWN if not any(path.startswith(known) for path in connecting)}
