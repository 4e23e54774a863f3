"""The proxy of docs/server in front of gunicorn: half-sent requests hold connections of the proxy, and no thread of the server."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).parents[2] / "docs" / "server" / "nginx.conf"
HALF = b"POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n"
SLOW = 12


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port: int = place.getsockname()[1]
    return port


def status(port: int, path: str = "/health", timeout: float = 10.0, **headers: str) -> int:
    connection = http.client.HTTPConnection("localhost", port, timeout=timeout)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def wait_for(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            if status(port, timeout=2) == 200:
                return
        time.sleep(0.2)
    raise AssertionError(f"nothing answers at {port}")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """gunicorn with the fewest threads the documentation names, behind nginx with the configuration that ships; the proxy's port."""
    nginx = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
    if nginx is None:
        pytest.skip("no nginx on the path")
    folder = tmp_path_factory.mktemp("proxy")
    behind, front = free_port(), free_port()
    written = CONFIGURATION.read_text(encoding="utf-8").replace("127.0.0.1:8050", f"127.0.0.1:{behind}")
    written = written.replace("listen 8080", f"listen {front}").replace("/tmp/", f"{folder}/")
    user = "user root;\n" if os.geteuid() == 0 else ""  # or its workers could not write into this test's folder
    (folder / "nginx.conf").write_text(user + written, encoding="utf-8")
    environment = os.environ | {"EXPLORER_HOME": str(folder / "home"), "EXPLORER_HOSTS": "", "EXPLORER_TOKEN": ""}
    serving = [sys.executable, "-m", "gunicorn", "dashboards.app.wsgi:server", "--bind", f"127.0.0.1:{behind}"]
    with (
        subprocess.Popen([*serving, "--workers", "1", "--threads", "8", "--log-level", "error"], env=environment) as server,
        subprocess.Popen([nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-g", "daemon off;"]) as front_end,
    ):
        try:
            wait_for(front)
            yield front
        finally:
            for process in (front_end, server):
                process.terminate()


def test_half_sent_requests_stop_nobody(proxy):
    with contextlib.ExitStack() as held:
        for number in range(2 * SLOW):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", proxy)))
            slow.sendall(HALF if number % 2 else HALF + b"\r\n{")
        time.sleep(0.5)
        for path in ("/health", "/", "/_dash-layout"):
            assert status(proxy, path) == 200


def test_pages_and_their_limits_come_through(proxy):
    assert status(proxy, "/", Host="evil.example") == 421  # the name that was asked for reaches the guard
    connection = http.client.HTTPConnection("localhost", proxy, timeout=20)
    connection.request("POST", "/_dash-update-component", body=b"x" * (3 << 20))
    assert connection.getresponse().status == 413
    connection = http.client.HTTPConnection("localhost", proxy, timeout=20)
    connection.request("POST", "/upload", body="글\n".encode() * (1 << 20), headers={"X-File-Name": "mine.txt"})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read()
