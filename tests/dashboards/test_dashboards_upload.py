"""Files that are given: whole or not at all, to the limit, in the home folder, under no name of theirs."""

from __future__ import annotations

import errno
import os
import shutil
import time
from urllib.parse import quote

import pytest

from dashboards.kit import upload
from explorer.core import settings
from explorer.core.errors import BadInput, Unavailable


def send(app, content, name="글.csv", **headers):
    client = app.server.test_client()
    client.set_cookie("explorer-language", "ko")
    return client.post("/upload", data=content, headers={"X-File-Name": quote(name), **headers})


def left(home):
    return [path for path in (home / "uploads").rglob("*") if path.is_file()]


def test_a_file_is_kept_as_it_is_and_known_by_its_number_alone(app, home):
    content = os.urandom(3 * upload.CHUNK + 7)  # more than an ordinary request may bring
    answer = send(app, content, "../../etc/나의 글.csv")
    assert answer.status_code == 200 and answer.json["name"] == "나의 글.csv" and answer.json["bytes"] == len(content)
    kept = upload.waiting(answer.json["id"])
    assert kept.path.read_bytes() == content and kept.path.is_relative_to(home / "uploads")
    assert all("글" not in str(path) for path in left(home))
    upload.discard(kept.id)
    assert not left(home)
    for gone in (kept.id, "../../etc", "", None, "0" * 31 + "/"):
        upload.discard(gone)
        with pytest.raises(BadInput, match="not here any more"):
            upload.waiting(gone)


def test_what_is_too_large_or_empty_or_cut_is_said_and_leaves_nothing(app, home, monkeypatch):
    monkeypatch.setenv("EXPLORER_UPLOAD_MB", "1")
    large = send(app, b"a" * ((1 << 20) + 1))
    assert large.status_code == 413 and "1 MB보다 큽니다" in large.json["error"]
    assert "빈 파일" in send(app, b"").json["error"]
    with pytest.raises(BadInput, match="larger than the 1 MB"):  # the size was not said, or was a lie
        upload.keep("a", [b"a" * (1 << 20), b"a"])
    with pytest.raises(BadInput, match="did not arrive whole"):
        upload.keep("a", [b"abc"], expected=4)
    assert not left(home) and not list((home / "uploads").iterdir())


def test_a_full_disk_is_said_and_leaves_nothing(app, home, monkeypatch):
    usage = shutil.disk_usage(home.parent)
    with monkeypatch.context() as patch:
        patch.setattr(upload.shutil, "disk_usage", lambda _: usage._replace(free=upload.SPARE + 5))
        full = send(app, b"abcdefgh")
    assert full.status_code == 507 and "디스크가 가득" in full.json["error"]

    def chunks():
        yield b"abc"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Unavailable, match="disk is full"):
        upload.keep("a", chunks())
    assert not left(home)


def test_a_limit_that_is_none_is_said(monkeypatch):
    assert settings.upload_limit() == 500 << 20
    for wrong in ("0", "-1", "많이", "1.5"):
        monkeypatch.setenv("EXPLORER_UPLOAD_MB", wrong)
        with pytest.raises(BadInput, match="EXPLORER_UPLOAD_MB"):
            settings.upload_limit()


def test_a_page_of_a_stranger_cannot_upload(app, home):
    assert send(app, b"abc", Origin="https://evil.example").status_code == 403
    assert not (home / "uploads").exists()


def test_what_nobody_used_for_a_day_goes(app, home):
    old = upload.keep_text("어제", "글")
    mine = home / "uploads" / "나의 것"
    mine.mkdir()
    for folder in (old.path.parent, mine):
        os.utime(folder, (time.time() - 2 * upload.DAY,) * 2)
    new = upload.keep_text("오늘", "글")
    assert upload.waiting(new.id).bytes == 3 and not old.path.exists() and mine.is_dir()
