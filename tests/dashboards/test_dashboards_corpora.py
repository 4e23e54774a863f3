"""The page of corpora: what is given becomes a corpus that every page offers, or nothing and one clear sentence."""

from __future__ import annotations

import errno
import gzip
import io
import json
import time
import zipfile

import pytest
from support_dashboard import Page

from corpora import library, open_corpus
from corpora.library import add
from dashboards.app.state import corpus_names, state
from dashboards.kit import jobs, upload
from dashboards.kit.ids import coded
from dashboards.kit.jobs import NotReady
from dashboards.pages.corpora import adding
from dashboards.pages.corpora.page import FIELDS
from dashboards.pages.corpora.reading import linked
from explorer.core.errors import BadInput, Cancelled, ExplorerError
from explorer.core.store import list_artifacts

CSV = "id,review,label\n" + "".join(f'{n},"{n}번째 영화는 재미있다, 정말 ㅋㅋㅋ",{n % 2}\n' for n in range(40)) + "40,,1\n"


@pytest.fixture
def pages(app) -> Page:
    return Page(app)


def given(content, name="나의 글.csv"):
    return upload.keep(name, [content if isinstance(content, bytes) else content.encode()])


def asked(kept, name="평", **more):
    return {"upload": kept.id, "name": name, "field": "", "label": "", "drop": "", **more}


def settled(question, seconds=120):
    end = time.monotonic() + seconds
    while True:
        try:
            return adding.added(question)
        except NotReady as wait:
            assert wait.job.wait(max(0.0, end - time.monotonic()))


def nothing_is_left(home):
    assert list_artifacts("corpus") == {} and corpus_names() == ["sample"]
    assert not list((home / "corpora").glob("*"))


def test_from_a_file_to_the_lists_of_every_page(app, pages, home):
    kept = given(CSV.encode("cp949"))
    shown = json.dumps(
        pages.call("corpora-look.children", {"corpora-upload-uploaded.data": {"id": kept.id}}), ensure_ascii=False
    )
    assert "재미있다, 정말" in shown and '"value": "review"' in shown and '"value": "label"' in shown and "나의-글" in shown
    question = asked(kept, "평", field="review", label="label")
    values = {"corpora-add-asked.data": question, "corpora-add-pending.data": True}
    said = pages.settled("corpora-add-status.children", values, lambda found: "더했습니다" in found or "problem" in found, 120)
    assert "‘평’을 더했습니다" in said and '"corpora-which": {"value": "평"}' in said
    assert "/train?what=classifier&corpus=%ED%8F%89" in said, "it has labels"
    stored = open_corpus("평")
    assert stored.document(2).text == "1번째 영화는 재미있다, 정말 ㅋㅋㅋ" and stored.document(2).meta == {"label": "1"}
    assert stored.info()["uploaded"] == "나의 글.csv" and stored.info()["label"] == "label" and stored.info()["sentences"] == 40
    assert not (home / "uploads" / kept.id).exists() and adding.added(question) == "평"
    overview = json.dumps(pages.call("corpora-overview.children", {"corpora-which.value": "평"}), ensure_ascii=False)
    assert "cp949" in overview and "건너뜀 1건 (처음: 나의 글.csv:42)" in overview and str(home) not in overview
    from dashboards.app.application import VIEWS

    with app.server.test_request_context():
        offering = [
            view.PATH
            for view in VIEWS
            if '"평"'
            in json.dumps(view.layout().to_plotly_json(), default=lambda one: one.to_plotly_json(), ensure_ascii=False)
        ]
    assert {"/word", "/bench", "/corpora", "/why", "/senses", "/train"} <= set(offering)


def test_counts_lines_and_collocates_of_what_was_added(pages, home, tmp_path):
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    add(tmp_path / "a.csv", "평")
    values = {"corpora-which.value": "평"}
    zipf = pages.settled("corpora-zipf.children", values, lambda found: "says" in found or "기울기" in found, 120)
    assert "기울기는" in zipf and "corpora-lengths-figure" in zipf and "조사가" in zipf
    values |= {"corpora-asked.data": "영화", "corpora-sort.value": "right", "corpora-lines.value": "20"}
    lines = pages.settled("corpora-kwic.children", values, lambda found: "corpora-line" in found or "problem" in found, 120)
    assert lines.count("corpora-open") >= 20 and "모두 40번" in lines and "/word/" in lines
    values |= {"corpora-window.value": "5", "corpora-by.value": "g2"}
    near = pages.settled("corpora-near.children", values, lambda found: "재미있다" in found or "problem" in found, 120)
    assert "/word/%EC%9E%AC" in near and "40번 나오고" in near
    read = pages.call("corpora-doc-asked.data", {"corpora-doc-asked.data": "3-4-6", "corpora-which.value": "평"})
    assert read["corpora-doc-asked"]["data"] == "3-4-6" and read["corpora-reader"]["opened"] is True
    assert "영화" in json.dumps(read, ensure_ascii=False) and "label: 0" in json.dumps(read, ensure_ascii=False)


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"a" * (80 << 20))
    return stream.getvalue()


def test_what_cannot_be_read_is_one_sentence_and_is_deleted(pages, home):
    picture = b"\x89PNG" + bytes(range(32)) * 99
    for content, name, said in (
        (picture, "글.csv", "그림 파일로 보이니"),
        (bomb(), "글.zip", "압축 폭탄"),
        (b"PK\x03\x04 broken", "글.txt", "손상"),
        (b"\n \n", "빈 글.txt", "찾지 못했습니다"),
        (b'{"a": [1, 2]}', "숫자.json", "숫자.json"),
    ):
        kept = given(content, name)
        shown = json.dumps(
            pages.call("corpora-look.children", {"corpora-upload-uploaded.data": {"id": kept.id}}), ensure_ascii=False
        )
        assert said in shown and "problem" in shown and str(home) not in shown, name
        assert not kept.path.exists()
    nothing_is_left(home)


def test_what_turns_out_wrong_while_it_is_read_leaves_nothing_half_made(app, home, monkeypatch):
    monkeypatch.setenv("EXPLORER_LANG", "ko")
    kept = given(CSV)
    for question, said in (
        (asked(kept, field="없는열"), "없는열"),
        (asked(kept, "sample"), "이미 있습니다"),
        (asked(kept, "../x"), "이름으로 쓸 수 없습니다"),
        (asked(given(gzip.compress((b"a" * 4000 + b"\n") * 20_000), "a.gz")), "압축 폭탄"),
        (asked(given("review,label\n,1\n,0\n"), field="review"), "찾지 못했습니다"),
        (asked(kept) | {"upload": "0" * 32}, "더 이상 없습니다"),
    ):
        with pytest.raises(ExplorerError) as caught:
            settled(question)
        assert said in caught.value.said("ko") and str(home) not in caught.value.said("ko"), said
        nothing_is_left(home)
    assert settled(asked(kept)) == "평"  # another column, another name: the file is still there
    with pytest.raises(BadInput, match="is here already"):
        settled(asked(given(CSV)))


def test_a_full_disk_and_a_stop_leave_nothing(app, home, monkeypatch):
    kept = given(CSV)

    class Full:
        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self):
            return

    opened = library.Path.open
    with monkeypatch.context() as patch:
        patch.setattr(
            library.Path, "open", lambda path, *how, **more: Full() if path.suffix == ".jsonl" else opened(path, *how, **more)
        )
        with pytest.raises(ExplorerError, match="disk is full"):
            adding.add(asked(kept), lambda _: None)
    assert kept.path.exists() and list_artifacts("corpus") == {}
    large = given("글 한 줄이 여기 있다.\n" * 400_000, "큰 글.txt")
    with pytest.raises(NotReady) as wait:
        adding.added(asked(large, "큰글"))
    wait.value.job.cancel()
    wait.value.job.wait(60)
    with pytest.raises(Cancelled):
        adding.added(asked(large, "큰글"))
    nothing_is_left(home)


def test_another_name_and_away_after_a_question(pages, home, tmp_path):
    (tmp_path / "a.txt").write_text("봄이 왔다.\n", encoding="utf-8")
    add(tmp_path / "a.txt", "하나")
    add(tmp_path / "a.txt", "둘")

    def press(name, do, new="", shown=None):
        values = {"corpora-which.value": shown or name, "corpora-new-name.value": new}
        return pages.press("corpora-refused.children..", {"type": "corpora-sure", "do": do, "name": coded(name)}, values)

    question = pages.press("corpora-asking.children", {"type": "corpora-do", "do": "remove"}, {"corpora-which.value": "하나"})
    assert question["corpora-ask"]["opened"] is True and "되돌릴 수 없습니다" in json.dumps(question, ensure_ascii=False)
    assert corpus_names() == ["sample", "둘", "하나"]
    assert "이미 있습니다" in json.dumps(press("하나", "rename", "둘"), ensure_ascii=False)
    assert press("하나", "rename", "셋")["corpora-which"]["value"] == "셋" and corpus_names() == ["sample", "둘", "셋"]
    add(tmp_path / "a.txt", "넷")
    asked = json.dumps(
        pages.press("corpora-asking.children", {"type": "corpora-do", "do": "remove"}, {"corpora-which.value": "넷"})
    )
    assert coded("넷") in asked
    other = press("넷", "remove", shown="둘")  # another one is shown by the time the question is answered
    assert "corpora-which" not in other and corpus_names() == ["sample", "둘", "셋"]
    assert press("셋", "remove")["corpora-which"]["value"] == "sample" and corpus_names() == ["sample", "둘"]
    assert "예시" in json.dumps(press("sample", "remove"), ensure_ascii=False)
    assert "없는것" in json.dumps(press("없는것", "remove"), ensure_ascii=False)


def test_a_count_that_was_stopped_does_not_begin_again_because_other_work_has_ended(pages, monkeypatch):
    here = state()
    here.work = lambda: None
    values = {"corpora-which.value": "sample"}

    def ready(of):
        return pages.call("corpora-zipf.children", values | {"corpora-counted-of.data": of}, "ready.data")

    assert pages.call("corpora-zipf.children", values, "corpora-which.value")["corpora-counted-of"]["data"] is None
    [job] = (row for row in here.jobs.table._rows("SELECT * FROM jobs WHERE task <> ''"))
    here.jobs.table.cancel(job.id, job.owner)
    told = ready(None)
    assert "그만두었습니다" in json.dumps(told, ensure_ascii=False)
    monkeypatch.setattr(jobs, "PATIENT", 0.0)
    assert ready(told["corpora-counted-of"]["data"]) == {}
    assert not here.jobs.table._rows("SELECT * FROM jobs WHERE task <> '' AND ended IS NULL")


def test_a_pasted_text_is_given_like_a_file(pages, home):
    def take(written):
        values = {"corpora-take-pasted.n_clicks": 1, "corpora-paste.value": written}
        [found] = [d for d in pages.dependencies if any(i["id"] == "corpora-take-pasted" for i in d["inputs"])]
        return pages.call(found["output"].strip(".").split("...")[0].replace("\\", ""), values, "corpora-take-pasted.n_clicks")

    answer = next(iter(take("봄이 왔다.\n꽃이 피었다. ㅋㅋㅋ 漢字 😀\u200b").values()))["data"]
    assert settled(asked(upload.waiting(answer["id"]), "봄")) == "봄" and open_corpus("봄").document(2).text.startswith("꽃이")
    assert "글이 없습니다" in json.dumps(take(" \n"), ensure_ascii=False)


def test_names_for_files_are_free_names():
    assert adding.name_for("../../나의 리뷰 (2024).csv.gz") == "나의-리뷰-2024"
    assert adding.name_for("sample.txt") == "sample-2" and adding.name_for("😀.csv") == "corpus"
    assert adding.name_for("가" * 300) == "가" * 90 and adding.name_for("v1.2 자료.jsonl") == "v1.2-자료"


def test_words_are_links_but_not_what_is_cut_off(app):
    with app.server.test_request_context():
        parts = linked("른 “영화”를 봤다... ㅋㅋ!", whole_left=False)
        links = [(part.children, part.href) for part in parts if not isinstance(part, str)]
    assert [label for label, _ in links] == ["“영화”를", "봤다...", "ㅋㅋ!"] and "".join(
        part if isinstance(part, str) else part.children for part in parts
    ) == "른 “영화”를 봤다... ㅋㅋ!"
    assert FIELDS["doc"].read("3-5-7") == "3-5-7"


def test_what_an_address_asks_for_and_is_not_there_is_said(pages, home):
    shown = json.dumps(pages.call("corpora-overview.children", {"corpora-which.value": "없는것"}), ensure_ascii=False)
    assert "없는것" in shown and "problem" in shown
    assert pages.call("corpora-zipf.children", {"corpora-which.value": "없는것"})["corpora-zipf"]["children"] is None
    for place, said in (("x", "문서 번호가 아닙니다"), ("99999999", "번째 문서가 없습니다")):
        values = {"corpora-doc-asked.data": place, "corpora-which.value": "sample"}
        assert said in json.dumps(pages.call("corpora-doc-asked.data", values), ensure_ascii=False)


def test_the_sample_leads_on_as_well(page):
    """It is no stored corpus: nothing is known of labels, and nobody renames it."""
    said = json.dumps(page.call("corpora-overview.children", {"corpora-which.value": "sample"}), ensure_ascii=False)
    assert (
        "/documents?c=sample" in said and "/train?corpus=sample" in said and "classifier" not in said and "지우기" not in said
    )
