"""How fast files are streamed, beside a plain copy loop in the same server, and beside nginx: `make bench-files`.

Prints the median of several rounds, each of which measures all of them in turn, and how much the memory of the process
that serves has grown. Needs nginx for its row, and Linux for the memory.
"""

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import uvicorn
from anyio import to_thread
from litestar.types import Receive, Scope, Send

from atg_core.files.ports import CHUNK_BYTES
from atg_entrypoints.container import create_container
from atg_entrypoints.http.app import create_app
from atg_entrypoints.logs import configure_logs
from atg_entrypoints.settings import Settings

MEGABYTES, CLIENTS, ROUNDS = 200, 8, 5
KEY = "public/large.bin"
PORT, NGINX_PORT = 18_123, 18_124


def serve(home: Path) -> None:
    """ATG, and beside it a handler that does nothing but copy the file in chunks of the same size."""
    configure_logs("ERROR")
    container = create_container(Settings(home=str(home), secret_key="-" * 40, rate_limit=0, port=PORT))
    app = create_app(container)
    path = home / "files" / "objects" / KEY

    async def with_plain_loop(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/plain":
            await app(scope, receive, send)
            return
        headers = [(b"content-length", str(path.stat().st_size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        with path.open("rb", buffering=0) as file:
            while chunk := await to_thread.run_sync(file.read, CHUNK_BYTES):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    uvicorn.run(with_plain_loop, port=PORT, log_level="error", access_log=False)


def start_nginx(home: Path) -> subprocess.Popen[bytes] | None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if nginx is None:
        return None
    site = f"server {{ listen 127.0.0.1:{NGINX_PORT}; location / {{ root {home}/files/objects; }} }}"
    (home / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {home}/nginx.pid; user root; events {{}}"
        f" http {{ access_log off; sendfile on; {site} }}"
    )
    return subprocess.Popen([nginx, "-e", f"{home}/error.log", "-c", f"{home}/nginx.conf"])


async def seconds_to_read(url: str) -> float:
    """How long CLIENTS take that read the whole file at once."""
    command = ["curl", "-s", "-o", "/dev/null", "--fail", url]
    begun = time.perf_counter()
    clients = [await asyncio.create_subprocess_exec(*command) for _ in range(CLIENTS)]
    codes = [await client.wait() for client in clients]
    assert not any(codes), codes
    return time.perf_counter() - begun


def peak_bytes(pid: int) -> int:
    """The most memory that the process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


async def measure(pid: int, urls: dict[str, str]) -> None:
    times: dict[str, list[float]] = {name: [] for name in urls}
    async with httpx.AsyncClient() as client:
        await client.get(urls["atg"], headers={"range": "bytes=0-1000000"})
    before = peak_bytes(pid)
    times["atg"].append(await seconds_to_read(urls["atg"]))
    print(f"peak memory of the process grew by {(peak_bytes(pid) - before) / 2**20:.1f} MiB for {CLIENTS} streams")
    for _ in range(ROUNDS):
        for name, url in urls.items():
            times[name].append(await seconds_to_read(url))
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(f"{CLIENTS} clients, {MEGABYTES} MB each, median of {ROUNDS} rounds")
    for name, median in medians.items():
        speed, ratio = CLIENTS * MEGABYTES / median, median and median / medians["atg"]
        print(f"{name:>12}  {speed:8.0f} MB/s   ATG's throughput is {ratio:.2f} of it")


async def chunks() -> AsyncIterator[bytes]:
    for _ in range(MEGABYTES):
        yield os.urandom(1_000_000)


async def store(home: Path) -> None:
    container = create_container(Settings(home=str(home), secret_key="-" * 40))
    await container.object_store().put(KEY, chunks(), content_type="video/mp4", max_bytes=10**10)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        asyncio.run(store(home))
        server = subprocess.Popen([sys.executable, __file__, str(home)])
        nginx = start_nginx(home)
        try:
            urls = {
                "atg": f"http://127.0.0.1:{PORT}/files/stream/{KEY}",
                "plain loop": f"http://127.0.0.1:{PORT}/plain",
            }
            if nginx:
                urls["nginx"] = f"http://127.0.0.1:{NGINX_PORT}/{KEY}"
            wait_for(urls["atg"])
            asyncio.run(measure(server.pid, urls))
        finally:
            for process in (server, nginx):
                if process:
                    process.terminate()
                    process.wait()


def wait_for(url: str) -> None:
    for _ in range(100):
        try:
            httpx.head(url)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    serve(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
