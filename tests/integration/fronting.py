"""nginx with the configuration of `deploy/nginx/host.conf` in front of ATG."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import optional
from tests.integration.running import free_port

DEPLOYED = Path(__file__).parents[2] / "deploy" / "nginx"
_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
_SERVER = re.compile(r"    server 127\.0\.0\.1:8000([^;]*);\n(    server [^;]*;\n)*")


def configuration(folder: Path, port: int, *upstreams: str) -> str:
    """The site as it is deployed, without what this machine does not have: certificates, and the usual paths."""
    site = (DEPLOYED / "host.conf").read_text(encoding="utf-8")
    servers = "".join(f"    server {each.removeprefix('http://')}\\1;\n" for each in upstreams)
    site, count = _SERVER.subn(servers, site)
    assert count == 1
    for deployed, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("/etc/nginx/atg/", f"{DEPLOYED}/"),
        ("/var/lib/atg/files/objects/", f"{folder}/files/objects/"),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert deployed in site
        site = site.replace(deployed, here)
    site = "\n".join(line for line in site.splitlines() if "ssl_certificate" not in line)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return f"daemon off; pid {folder}/nginx.pid; user root; events {{}} http {{ {temporary} {site} }}"


def nginx_or_skip() -> str:
    nginx = shutil.which("nginx", path=_FOLDERS)
    if nginx is None:
        optional("nginx", "no nginx is installed")
    return nginx


@contextmanager
def fronting(folder: Path, *upstreams: str) -> Iterator[str]:
    """The URL of a running nginx before these servers; skips where there is no nginx."""
    nginx = nginx_or_skip()
    port = free_port()
    (folder / "nginx.conf").write_text(configuration(folder, port, *upstreams), encoding="utf-8")
    process = subprocess.Popen([nginx, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)
