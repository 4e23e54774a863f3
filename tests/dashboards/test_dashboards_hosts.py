"""Whom the dashboard answers: hosts this machine surely has or the person named, and pages of the same host."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from dashboards.app.hosts import is_any, is_loopback, outward_address, parts

CALLBACK = "/_dash-update-component"


@pytest.fixture
def client(home, monkeypatch):
    def make(host: str | None = None, setting: str | None = None):
        from dashboards.app import create_app

        monkeypatch.delenv("EXPLORER_HOSTS", raising=False)
        if setting is not None:
            monkeypatch.setenv("EXPLORER_HOSTS", setting)
        return create_app(host=host).server.test_client()

    return make


def status(client, host: str, origin: str | None = None, path: str = "/") -> int:
    headers = {"Host": host} | ({"Origin": origin} if origin is not None else {})
    if path == CALLBACK:
        return client.post(path, data=b"{", headers=headers, content_type="application/json").status_code
    return client.get(path, headers=headers).status_code


@pytest.mark.parametrize("host", ["localhost", "localhost:8050", "LOCALHOST.:1", "127.0.0.1:9", "[::1]", "[::1]:8050"])
@pytest.mark.parametrize("bound", [None, "127.0.0.1", "192.0.2.7"])
def test_this_machine_is_answered_under_its_local_names(client, host, bound):
    assert status(client(bound), host) == 200


BAD = [
    "evil.example", "evil.example:8050", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example@localhost",
    "localhost,evil.example", "localhost:x", "192.0.2.8", "[2001:db8::1]", "",
]  # fmt: skip


@pytest.mark.parametrize("host", BAD)
@pytest.mark.parametrize("bound", [None, "127.0.0.1", "192.0.2.7", "0.0.0.0"])
def test_other_hosts_are_refused_whatever_they_ask_for(client, host, bound):
    guarded = client(bound)
    for path in ("/", "/_dash-layout", "/_dash-dependencies", "/health", "/assets/style.css", "/no-such-page", CALLBACK):
        assert status(guarded, host, path=path) in {421, 400} - ({400} if host == "evil.example" else set()), path


@pytest.mark.parametrize(("language", "word"), [("ko", "주소"), ("en", "To allow it")])
def test_a_refusal_is_one_plain_line_that_says_what_to_set(client, language, word):
    guarded = client()
    guarded.set_cookie("explorer-language", language, domain="evil.example")
    answer = guarded.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 421 and answer.mimetype == "text/plain"
    assert answer.text.count("\n") == 1 and "EXPLORER_HOSTS=evil.example" in answer.text and word in answer.text


def test_hosts_that_the_person_named_are_answered(client):
    assert status(client("192.0.2.7"), "192.0.2.7:8050") == 200
    assert status(client("2001:db8::7"), "[2001:DB8:0::7]:8050") == 200
    proxied = client(None, " words.example , Other.Example:8443,2001:db8::9 ")
    for host in ("words.example", "WORDS.example:8443", "other.example", "[2001:db8::9]"):
        assert status(proxied, host) == 200
    assert status(proxied, "evil.example") == 421
    assert status(client(None, "*"), "evil.example", "https://elsewhere.example") == 200


@pytest.mark.parametrize("bound", ["0.0.0.0", "::", ""])
def test_listening_everywhere_answers_to_the_machines_own_names(client, bound):
    everywhere = client(bound)
    assert status(everywhere, f"{socket.gethostname()}:8050") == 200
    assert status(everywhere, "127.0.0.1") == 200 and status(everywhere, "evil.example") == 421


def test_the_address_a_request_came_in_on_is_the_machines_own(client):
    everywhere, alone = client("0.0.0.0"), client("127.0.0.1")

    class Connection:
        def getsockname(self):
            return ("192.0.2.44", 8050)

    for guarded, expected in ((everywhere, 200), (alone, 421)):
        answer = guarded.get("/", headers={"Host": "192.0.2.44:8050"}, environ_overrides={"werkzeug.socket": Connection()})
        assert answer.status_code == expected


ORIGINS = [
    (None, True), ("http://localhost:8050", True), ("http://LOCALHOST:8050", True), ("http://localhost:3000", False),
    ("https://evil.example", False), ("null", False), ("", False), ("http://127.0.0.1:8050", False),
    ("file://localhost:8050", False), ("http://localhost:8050/x", False),
]  # fmt: skip


@pytest.mark.parametrize(("origin", "same"), ORIGINS)
def test_pages_of_other_hosts_are_refused(client, origin, same):
    guarded = client()
    for path in ("/", CALLBACK):
        assert (status(guarded, "localhost:8050", origin, path) != 403) is same


def test_a_proxy_may_pass_another_host_on(client):
    proxied = client(None, "words.example")
    assert status(proxied, "127.0.0.1:8050", "https://words.example") == 200
    assert status(proxied, "words.example", "https://words.example:443") == 200
    assert status(proxied, "127.0.0.1:8050", "https://evil.example") == 403


def test_what_is_only_here():
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]", "::ffff:127.0.0.1"))
    assert not any(is_loopback(host) for host in ("", "0.0.0.0", "::", "localhost.example", "192.0.2.7"))
    assert is_any("::") and not is_any("::1") and parts("a b") is not None and parts("a@b") is None


def test_the_server_itself_refuses_a_strangers_name(home):
    script = "from dashboards.app import application as app, state\nstate.prepare = lambda: None\napp.serve(port=0, open_browser=False)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as server:
        try:
            port = int(server.stdout.readline().split()[1].rstrip("/").rpartition(":")[2])
            found = []
            for target, host in (
                ("/", "evil.example"),
                (f"http://evil.example:{port}/", f"127.0.0.1:{port}"),
                ("/", "localhost"),
            ):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", target, headers={"Host": host})
                found.append(connection.getresponse().status)
                connection.close()
            assert found == [421, 421, 200]
        finally:
            server.terminate()
            server.wait(20)


@pytest.mark.skipif(outward_address() is None, reason="this machine is in no network")
def test_others_are_given_a_link_that_reaches_the_server(home):
    script = "from dashboards.app import application as app, state\nstate.State.prepare = lambda _: None\n"
    script += "app.serve(host='0.0.0.0', port=0, open_browser=False, token='a-token-of-ours')"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as server:
        try:
            here, others = (server.stdout.readline().split() for _ in range(2))
            assert here[1].startswith("http://127.0.0.1:") and here[1].endswith("/?token=a-token-of-ours")
            link = urlsplit(others[-1])
            assert link.hostname == outward_address() and link.query == "token=a-token-of-ours"
            for query, status in ((f"?{link.query}", 303), ("", 401)):
                connection = http.client.HTTPConnection(link.hostname, link.port, timeout=30)
                connection.request("GET", f"/{query}")
                assert connection.getresponse().status == status
                connection.close()
        finally:
            server.terminate()
            server.wait(20)
