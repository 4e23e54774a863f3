"""Who is let in: whoever has the token, once and for all pages."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from explorer.cli.group import main
from explorer.core.errors import BadInput

TOKEN = "a-token-of-ours"
HTML = {"Accept": "text/html"}


@pytest.fixture
def client(home):
    from dashboards.app import create_app

    return create_app(token=TOKEN).server.test_client()


def test_nothing_is_told_to_those_who_have_none(client):
    for path in ("/", "/_dash-layout", "/_dash-dependencies", "/assets/style.css", "/find", "/no-such-page"):
        assert client.get(path).status_code == 401, path
    assert client.post("/_dash-update-component", json={}).status_code == 401
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(("language", "word"), [("ko", "토큰이 필요합니다"), ("en", "A token is needed")])
def test_a_person_is_asked_for_it_and_a_program_told(client, language, word):
    client.set_cookie("explorer-language", language)
    page = client.get("/", headers=HTML)
    assert page.status_code == 401 and word in page.text and 'type="password"' in page.text
    line = client.get("/", headers={"Accept": "*/*"})
    assert "<" not in line.text and line.text.count("\n") == 1 and TOKEN not in line.text


def test_the_link_lets_in_and_disappears_from_the_address(client):
    first = client.get(f"/similarity?word=왕&token={TOKEN}&n=20")
    assert first.status_code == 303 and first.location == "/similarity?word=%EC%99%95&n=20"
    cookie = next(one for one in first.headers.getlist("Set-Cookie") if one.startswith("explorer-token="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and TOKEN not in cookie
    assert client.get("/_dash-layout").status_code == 200


def test_behind_a_proxy_that_takes_a_part_of_the_address_away(home):
    from dashboards.app import create_app

    def client(**options):
        return create_app(token=TOKEN, **options).server.test_client()

    stripped = client(requests_pathname_prefix="/class/")
    assert 'action="/class/token"' in stripped.get("/", headers=HTML).text
    assert stripped.get(f"/similarity?n=20&token={TOKEN}").location == "/class/similarity?n=20"
    assert client(requests_pathname_prefix="/class/").post("/token", data={"token": TOKEN}).location == "/class/"
    whole = client(url_base_pathname="/class/")
    assert whole.get("/class/health").status_code == 200 and whole.get("/health").status_code == 401
    assert whole.get(f"/class/similarity?token={TOKEN}").location == "/class/similarity"
    assert client(url_base_pathname="/class/").post("/class/token", data={"token": TOKEN}).location == "/class/"


def test_an_address_that_ends_like_that_of_health_is_none(client):
    for path in ("/word/health", "/assets/health", "/x/health"):
        assert client.get(path).status_code == 401, path


def test_the_form_and_the_header_let_in(client):
    assert client.get("/_dash-layout", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert client.get("/_dash-layout").status_code == 401  # a header is for its request alone
    assert client.post("/token", data={"token": TOKEN}).status_code == 303
    assert client.get("/_dash-layout").status_code == 200


@pytest.mark.parametrize(
    "given", ["", "wrong", TOKEN[:-1], TOKEN + "x", "토큰", "\ud800".encode("utf-8", "surrogatepass").decode("latin1")]
)
def test_another_token_is_none(client, given):
    assert client.get("/", query_string={"token": given}).status_code == 401
    assert client.post("/token", data={"token": given}).status_code == 401
    client.set_cookie("explorer-token", given.encode().hex())
    assert client.get("/_dash-layout").status_code == 401


def test_without_a_token_everybody_is_let_in(home):
    from dashboards.app import create_app

    assert create_app().server.test_client().get("/_dash-layout").status_code == 200


@pytest.mark.parametrize("token", ["", "short", "with space", "토큰토큰토큰토큰", "x" * 7, "line\nbreak"])
def test_a_token_that_keeps_nobody_out_is_refused(token):
    from dashboards.app.access import check_token

    with pytest.raises(BadInput, match="at least 8"):
        check_token(token)


@pytest.fixture
def served(monkeypatch):
    """What the command line asks of the server."""
    asked: dict[str, object] = {}
    monkeypatch.setattr("dashboards.app.application.serve", lambda **given: asked.update(given))
    monkeypatch.delenv("EXPLORER_TOKEN", raising=False)
    monkeypatch.setenv("EXPLORER_PUBLIC", "")

    def run(*options: str) -> tuple[dict[str, object], str]:
        asked.clear()
        result = CliRunner().invoke(main, ["serve", "--no-open", *options])
        return dict(asked) | {"exit": result.exit_code}, result.output

    return run


def test_others_need_a_token_unless_told_otherwise(served, monkeypatch):
    assert served()[0]["token"] == ""
    first, second = (served("--host", "0.0.0.0")[0]["token"] for _ in range(2))
    assert len(str(first)) >= 20 and first != second
    assert served("--host", "0.0.0.0", "--token", TOKEN)[0]["token"] == TOKEN
    asked, said = served("--host", "0.0.0.0", "--no-token")
    assert asked["token"] == "" and "everyone who reaches this address" in said
    assert served("--token", "short")[0]["exit"] == 1 and served("--token", TOKEN, "--no-token")[0]["exit"] == 2
    monkeypatch.setenv("EXPLORER_TOKEN", "from-the-setting")
    assert served()[0]["token"] == "from-the-setting"


def test_people_may_look_only_where_the_server_is_public(home, monkeypatch):
    from dashboards.app import create_app
    from dashboards.app.state import state

    monkeypatch.setenv("EXPLORER_PUBLIC", "1")
    app = create_app()
    client = app.server.test_client()
    client.set_cookie("explorer-language", "en")
    refused = client.post("/upload", data=b"text", headers={"X-File-Name": "mine.txt"})
    assert refused.status_code == 400 and "looking only" in refused.json["error"]
    assert not list(home.rglob("content"))
    with app.server.app_context(), pytest.raises(BadInput, match="looking only"):
        state().task("train", {"name": "mine"}, "job.map", words=1)
    assert client.get("/_dash-layout").status_code == 200


def test_the_command_line_opens_a_server_for_looking(served, monkeypatch):
    import os

    assert served("--public")[0]["exit"] == 0 and os.environ["EXPLORER_PUBLIC"] == "1"


def test_nothing_goes_from_a_public_server(home, tmp_path, monkeypatch):
    from corpora import library
    from dashboards.pages.corpora import adding
    from dashboards.pages.saved import page as saved

    source = tmp_path / "lines.txt"
    source.write_text("나는 학교에 갔다.\n", encoding="utf-8")
    library.add(source, "mine")
    monkeypatch.setenv("EXPLORER_PUBLIC", "1")
    for change in (lambda: adding.remove("mine"), lambda: adding.rename("mine", "yours")):
        with pytest.raises(BadInput, match="looking only"):
            change()
    monkeypatch.setattr(saved, "one_of", lambda _: type("Doomed", (), {"kind": "corpus", "name": "mine"}))
    from dashboards.app import create_app

    with create_app().server.test_request_context():
        said, *_ = saved.remove(1, "corpus/mine", None, 0)
    assert "보기 전용" in str(said) or "looking only" in str(said)
    assert (home / "corpora" / "mine").is_dir()
