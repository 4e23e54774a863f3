"""The first look at a file: columns, first rows, what seems to be text and label; of what cannot be read, one sentence."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest

from corpora.library import add
from corpora.preview import preview
from explorer.core.errors import BadInput

ROWS = [("1", "재미있다, 정말", "좋음"), ("2", "지루하다\n끝", "나쁨"), ("3", "", "좋음")]
CSV = 'id,review,label\n1,"재미있다, 정말",좋음\n2,"지루하다\n끝",나쁨\n3,,좋음\n'
LINES = "".join(json.dumps(dict(zip(("id", "review", "label"), row, strict=True)), ensure_ascii=False) + "\n" for row in ROWS)


def packed(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("table", CSV.encode("cp949")),
        ("table", gzip.compress(CSV.encode("utf-8-sig"), mtime=0)),
        ("jsonl", LINES.encode()),
        ("json", ("[" + LINES.strip().replace("\n", ",") + "]").encode()),
        ("table", packed(picture=b"\x89PNG" + bytes(range(32)) * 99, table=CSV)),
    ],
)
def test_columns_and_rows_of_every_kind_of_table(tmp_path, form, content):
    path = tmp_path / "content"
    path.write_bytes(content)
    found = preview(path, 2, called="리뷰")
    assert (found.form, found.columns, found.text, found.label) == (form, ("id", "review", "label"), ("review",), "label")
    assert found.rows == (("1", "재미있다, 정말", "좋음"), ("2", "지루하다 끝", "나쁨"))
    assert found.name.startswith("리뷰") and found.files == (2 if content.startswith(b"PK") else 1)


def test_parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    columns = dict(zip(("id", "review", "label"), zip(*ROWS, strict=True), strict=True))
    pq.write_table(pa.table({name: list(cells) for name, cells in columns.items()}), tmp_path / "a")
    assert preview(tmp_path / "a").rows[1] == ("2", "지루하다 끝", "나쁨")


def test_a_table_without_a_header_counts_its_columns_and_the_chosen_one_is_read(home, tmp_path):
    path = tmp_path / "content"
    path.write_text("긍정\t재미있는 영화\n부정\t지루한 영화\n긍정\t또 볼 영화\n", encoding="utf-8")
    found = preview(path)
    assert found.columns == ("1", "2") and found.text == ("2",) and found.label is None and len(found.rows) == 3
    assert add(path, "둘째", field=found.text[0], called="표.tsv").document(1).text == "재미있는 영화"
    assert list(add(path, "첫째", field="1").texts()) == ["긍정", "부정", "긍정"]


def test_text_has_no_columns(tmp_path):
    path = tmp_path / "content"
    path.write_text("".join(f"{number}번째 문장이다. ㅋㅋㅋ 漢字 😀\n" for number in range(9)), encoding="utf-8")
    found = preview(path, 3)
    assert (found.columns, found.text, found.label, found.form) == ((), (), None, "plain") and len(found.rows) == 3
    path.write_text("# text = 봄이 왔다 .\n1\t봄이\t봄+이\tNOUN\tncn+jcs\t_\t2\tnsubj\t_\t_\n\n", encoding="utf-8")
    assert preview(path).form == "conllu"
    path.write_text("가" * 1000, encoding="utf-8")
    assert len(preview(path).rows[0][0]) == 300


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7" + bytes(range(32)) * 99, "PDF"),
        (b"", "찾지 못했습니다"),
        (b"\n \n", "찾지 못했습니다"),
        (b"PK\x03\x04 broken", "손상"),
        (packed(**{"../evil.txt": "글"}), "evil"),
        ('[{"text": "가"}, {"text": '.encode(), "JSON"),
    ],
)
def test_what_is_no_text_is_said_with_the_name_the_person_knows(tmp_path, content, said):
    path = tmp_path / "content"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        preview(path, called="나의 글.csv")
    assert (
        said in caught.value.said("ko")
        and "나의 글.csv" in caught.value.said("ko")
        and str(tmp_path) not in caught.value.said()
    )
