from types import SimpleNamespace

import numpy as np
import pytest

from explorer.analysis import answers
from explorer.analysis.correlation import spearman
from explorer.analysis.evaluation import covered_items, evaluate, random_cosine
from explorer.analysis.score_comparison import compare_scores
from explorer.analysis.test_sets import AnalogySet, SimilaritySet, read_test_set
from explorer.core.errors import BadInput, Unavailable, UnknownName
from explorer.core.evaluation_sets import evaluation_set, evaluation_sets
from explorer.core.store import sha256_file
from explorer.text.hangul import has_hangul
from explorer.vectors.expression import clean_word
from explorer.vectors.vectors import Vectors

PAIRS = "\ufeff낱말 1,낱말 2,점수\n왕,여왕,9\n왕,사과,1.5\n배,사과,8\n왕,왕,10\n없음,왕,3\n"


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text(PAIRS, encoding="utf-8")
    return path


@pytest.fixture
def fruit():
    rows = [[1, 0, 0], [0.9, 0.3, 0], [0, 0.2, 1], [0.1, 0, 1]]
    return Vectors(["왕/NNG", "여왕/NNG", "사과/NNG", "배/NNG"], rows, info={"model": "small"})


def test_pairs_are_scored_by_rank_with_coverage(fruit, pairs):
    score = evaluate(fruit, pairs, samples=200)
    assert (score.kind, score.metric, score.covered, score.total) == ("similarity", "spearman", 4, 5)
    cosines = [fruit.similarity(a, b) for a, b in (("왕", "여왕"), ("왕", "사과"), ("배", "사과"), ("왕", "왕"))]
    stats = pytest.importorskip("scipy.stats")
    assert score.value == pytest.approx(stats.spearmanr(cosines, [9, 1.5, 8, 10]).statistic)
    assert score.low <= score.value <= score.high and score.coverage == 0.8 and score.interval == (score.low, score.high)
    assert score.details["missing"] == ["없음"] and score.details["distinct_pairs"] == 5
    assert score == evaluate(fruit, pairs, samples=200)
    plain = score.to_dict()
    assert plain["coverage"] == 0.8 and plain["model"] == "small" and plain["sections"] == []


def test_the_interval_holds_95_percent_of_samples_of_the_pairs(tmp_path):
    rng = np.random.default_rng(3)
    v = Vectors([f"낱말{i}" for i in range(40)], rng.normal(size=(40, 5)))
    ends = rng.permutation(40).reshape(20, 2)
    cosines = np.array([v.similarity(f"낱말{a}", f"낱말{b}") for a, b in ends])
    human = cosines + rng.normal(0, 0.4, 20)
    path = tmp_path / "pairs.csv"
    rows = [f"낱말{a},낱말{b},{score}" for (a, b), score in zip(ends, human, strict=True)]
    path.write_text("a,b,score\n" + "\n".join(rows), encoding="utf-8")
    score = evaluate(v, path, samples=4000)
    drawn = rng.integers(0, 20, (4000, 20))
    low, high = np.percentile(spearman(cosines[drawn], human[drawn]), (2.5, 97.5))
    assert score.interval == pytest.approx((low, high), abs=0.08 * (high - low))


def test_how_far_words_are_resolved_is_a_choice(fruit, pairs):
    with pytest.raises(BadInput, match="0 of the 5 pairs"):
        evaluate(fruit, pairs, resolve="exact")
    nothing = SimpleNamespace(tokenize=lambda text: [])
    composed = Vectors(
        fruit.keys, fruit.vectors, composer=lambda word: np.ones(3) if word == "없음" else None, analyser=nothing
    )
    assert evaluate(composed, pairs, samples=10).covered == 4
    assert evaluate(composed, pairs, samples=10, resolve="composed").covered == 5


def test_spearman_shares_ranks_between_equals():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 5, (20, 30)), rng.integers(0, 5, (20, 30))
    assert np.allclose(spearman(a, b), [stats.spearmanr(x, y).statistic for x, y in zip(a, b, strict=True)])
    assert np.isnan(spearman(np.ones(4), np.arange(4)))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("왕,여왕\n", "2 columns"),
        ("a,b,c\n왕,여왕,높음\n", "line 2"),
        ("a,b,c\n왕,여왕\n", "line 2 .* 2 columns"),
        ("a,b,c\n", "no pairs"),
        ("왕,여왕,nan\n여왕,왕,nan\n", "line 2"),
        (": s\n왕 여왕 남자\n", "line 2 .* 3 words"),
        ("왕 여왕 남자 여자\n: s\n", "before the first"),
        (": s\n", "no questions"),
    ],
)
def test_broken_test_sets_name_the_line(tmp_path, content, says):
    path = tmp_path / "set.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=says) as caught:
        read_test_set(path)
    assert "\n" not in str(caught.value)


def test_test_sets_in_other_shapes(tmp_path, home):
    path = tmp_path / "set.tsv"
    for content in ("왕\t여왕\t9\n배\t사과\t8\n", '"왕" ; 여왕 ; 9 ; x\n배;사과;8\n', "왕 여왕 9\n배 사과 8\n"):
        path.write_text(content, encoding="cp949" if "\t" in content else "utf-8")
        assert read_test_set(path) == SimilaritySet("set", (("왕", "여왕"), ("배", "사과")), (9, 8))
    with pytest.raises(BadInput, match="no test set"):
        read_test_set(tmp_path / "none.csv")
    with pytest.raises(Unavailable, match=r"WS353_korean\.csv"):
        read_test_set("ws353-ko")
    fetched = home / "cache" / "test-sets" / "WS353_korean.csv"
    fetched.parent.mkdir(parents=True)
    fetched.write_text(PAIRS, encoding="utf-8")
    assert read_test_set("ws353-ko").name == "ws353-ko"


@pytest.fixture
def questions(tmp_path):
    """Vectors in which a relation is an offset plus noise, and questions about it, some of them impossible."""
    rng = np.random.default_rng(1)
    offset = rng.standard_normal(20) * 1.2
    first = rng.standard_normal((40, 20))
    second = first + offset + rng.normal(0, 0.45, (40, 20))
    others = rng.standard_normal((500, 20))
    keys = [f"가{i}" for i in range(40)] + [f"나{i}" for i in range(40)] + [f"말{i}" for i in range(500)]
    lines = [": 관계"]
    lines += [f"가{i} 나{i} 가{j} 나{j}" for i in range(40) for j in rng.choice(40, 6) if i != j]
    lines += [
        ": 불가능",
        "가0 나0 나1 가0",
        "가1 나1 가1 나1",
        "가2 나2 가3 나3",
        "없음 나2 가3 나3",
        ": 없는 부분",
        "가 나 다 라",
    ]
    path = tmp_path / "questions.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    matrix = np.vstack([first, second, others]) * rng.uniform(0.2, 4, (580, 1))
    return Vectors(keys, matrix), path


@pytest.mark.parametrize("tile", [None, 4 * 300 * 64])
def test_analogies_equal_gensims_question_by_question(questions, monkeypatch, tile):
    models = pytest.importorskip("gensim.models")
    v, path = questions
    if tile:
        monkeypatch.setattr(answers, "_TILE_BYTES", tile)
    theirs = models.KeyedVectors(v.dim)
    theirs.add_vectors(list(v.keys), v.vectors)
    total, sections = theirs.evaluate_word_analogies(str(path))
    ours = evaluate(v, path, samples=50, resolve="exact")
    assert ours.value == pytest.approx(total) and 0.2 < total < 0.98
    for mine, other in zip(ours.sections, sections[:-1], strict=True):
        assert mine.name == other["section"] and mine.covered == len(other["correct"]) + len(other["incorrect"])
        if mine.covered:
            assert mine.value * mine.covered == pytest.approx(len(other["correct"]))
    assert ours.sections[1].impossible == 2 and ours.details["impossible"] == 2
    assert ours.sections[2].value is None and ours.sections[2].covered == 0
    assert ours.covered == ours.total - 2


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul", "direction"])
def test_batched_answers_equal_one_by_one(questions, method):
    v, path = questions
    tests = read_test_set(path)
    assert isinstance(tests, AnalogySet)
    asked = [q for q in tests.questions if all(word in v for word in q.words) and len(set(q.words[:3])) == 3][:60]
    rows = np.array([[v.row(word) for word in q.words[:3]] for q in asked])
    best, included, near = answers.best_answers(v, rows, method, None)
    for q, row, honest, neighbour in zip(asked, best, included, near, strict=True):
        a, b, c, _ = q.words
        # In the class the direction sets out from the first added word: c + (b - a).
        expression = f"{c} - {a} + {b}"
        assert v.analogy(expression, method, 1)[0].key == v.keys[row]
        assert v.analogy(expression, method, 1, exclude=False)[0].key == v.keys[honest]
        assert next(one.key for one in v.similar(c, 4) if one.key not in q.words[:3]) == v.keys[neighbour]


def test_the_interval_is_over_pairs_not_questions(questions):
    v, path = questions
    score = evaluate(v, path, samples=400)
    relation = score.sections[0]
    n = relation.covered
    naive = 1.96 * (relation.value * (1 - relation.value) / n) ** 0.5
    assert relation.low < relation.value < relation.high
    assert (relation.high - relation.low) / 2 > 1.2 * naive  # 40 pairs say less than 240 questions seem to
    assert score == evaluate(v, path, samples=400)
    frame = score.to_frame()
    assert len(frame) == 4 and list(frame["covered"]) == [score.covered, *(s.covered for s in score.sections)]


def test_distance_is_the_published_metric_beside_the_random_cosine(questions):
    v, path = questions
    score = evaluate(v, path, samples=10)
    q = next(q for q in read_test_set(path).questions if q.section == "불가능" and q.words[0] == "가2")
    a, b, c, d = v.unit_vectors(q.words)
    target = b - a + c
    expected = [1 - float(target @ d) / float(np.linalg.norm(target))]
    for words in (("가0", "나0", "나1", "가0"), ("가1", "나1", "가1", "나1")):
        a, b, c, d = v.unit_vectors(words)
        target = b - a + c
        expected.append(1 - float(target @ d) / float(np.linalg.norm(target)))
    assert score.sections[1].distance == pytest.approx(np.mean(expected), abs=1e-5)
    pushed = Vectors(v.keys, v.vectors + 30)
    assert random_cosine(pushed) > 0.95 > 0.1 > abs(random_cosine(v))
    assert evaluate(pushed, path, samples=10).details["distance"] < 0.05  # anisotropy alone makes it look good


def test_options_are_checked(fruit, pairs, questions):
    v, path = questions
    for options, says in (({"resolve": "near"}, "exact, form"), ({"method": "x"}, "3cosadd"), ({"samples": 0}, "samples")):
        with pytest.raises(BadInput, match=says):
            evaluate(fruit, pairs, **options)
    with pytest.raises(BadInput, match="answered with keys"):
        evaluate(v, path, resolve="composed")
    with pytest.raises(BadInput, match="none of the"):
        evaluate(fruit, path)


def test_every_method_is_counted_beside_the_baseline(questions):
    v, path = questions
    score = evaluate(v, path, samples=20, method="all")
    assert score.method == "3cosadd" and list(score.details["by_method"]) == ["3cosadd", "3cosmul", "direction"]
    for method in ("3cosadd", "3cosmul", "direction"):
        alone = evaluate(v, path, samples=20, method=method)
        assert alone.value == score.details["by_method"][method] and list(alone.details["by_method"]) == [method]
        for mine, other in zip(score.sections, alone.sections, strict=True):
            assert mine.by_method.get(method) == other.value
    tests = read_test_set(path)
    asked = [q for q in tests.questions if all(word in v for word in q.words)]
    near = [next(x.word for x in v.similar(q.words[2], 3) if x.word not in q.words[:3]) == q.words[3] for q in asked]
    assert score.details["baseline"] == pytest.approx(np.mean(near))
    frame = score.to_frame()
    assert {"baseline", "distance", "impossible", "3cosmul"} <= set(frame.columns) and frame["impossible"].tolist()[:3] == [
        2,
        0,
        2,
    ]


def test_subwords_lend_vectors_without_analysis(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text(": s\n가 나 다 라\n가 나 없음 라\n", encoding="utf-8")
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((5, 4))
    plain = Vectors(["가", "나", "다", "라", "마"], rows)
    v = Vectors(plain.keys, rows, composer=lambda word: np.ones(4, np.float32) if word == "없음" else None)
    score = evaluate(v, path, resolve="subword", samples=10)
    assert (score.covered, score.total, score.details["measured"]) == (1, 2, 2)
    assert evaluate(plain, path, resolve="subword", samples=10).details["measured"] == 1
    a, b, c, d = (rows / np.linalg.norm(rows, axis=1, keepdims=True))[:4]
    both = [1 - (b - a + x) @ d / np.linalg.norm(b - a + x) for x in (c, np.full(4, 0.5))]
    assert score.details["distance"] == pytest.approx(np.mean(both), abs=1e-5)
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("가\t나\t1\n다\t라\t2\n가\t다\t3\n없음\t마\t4\n없는말\t마\t5\n", encoding="utf-8")
    assert (evaluate(v, pairs, samples=10).covered, evaluate(v, pairs, resolve="subword", samples=10).covered) == (3, 4)


def test_models_are_compared_on_what_all_cover(questions):
    v, path = questions
    rng = np.random.default_rng(5)
    noisy = Vectors(v.keys, v.unit + rng.normal(0, 0.25, v.unit.shape), info={"model": "noisy"})
    few = [key for key in v.keys if key not in ("가3", "나7", "나9")]
    smaller = Vectors(few, v.unit[[v.row(key) for key in few]], info={"model": "smaller"})
    seen = []
    found = compare_scores([noisy, v, smaller], path, samples=300, progress=seen.append)
    tests = read_test_set(path)
    expected = [q for q in tests.questions if all(word in smaller for word in q.words)]
    assert found.common == len(expected) == found.shared[0].total < found.own[0].covered and found.total == len(tests.questions)
    assert [score.covered for score in found.shared] == [found.common] * 3
    assert [score.model for score in found.own] == ["noisy", "vectors", "smaller"] and seen
    # The smaller model answers the common questions as the whole one does, or better: rivals are missing.
    gap = {difference.against: difference for difference in found.differences}
    assert gap["noisy"].low > 0 and gap["noisy"].value > 0.1
    lead = next(d for d in found.differences if d.against != "noisy")
    assert lead.low <= lead.value <= lead.high and lead.high - lead.low < gap["noisy"].high - gap["noisy"].low
    assert len(found.to_frame()) == 3 and found.to_dict()["common"] == found.common
    twins = compare_scores([v, v], path, samples=50).differences[0]
    assert (twins.value, twins.low, twins.high) == (0, 0, 0)  # draws are paired


def test_comparisons_of_pairs_and_of_nothing(fruit, pairs):
    other = Vectors(fruit.keys[:3], fruit.vectors[:3])
    with pytest.raises(BadInput, match="two models"):
        compare_scores([fruit], pairs)
    with pytest.raises(BadInput, match="all 2 models"):
        compare_scores([fruit, Vectors(["왕"], [[1.0]])], pairs)
    with pytest.raises(BadInput, match="exact, form"):
        compare_scores([fruit, other], pairs, resolve="x")
    found = compare_scores([fruit, other], pairs, samples=50)
    assert (found.metric, found.common, found.total) == ("spearman", 3, 5)
    assert [score.covered for score in found.own] == [4, 3]
    assert covered_items(other, read_test_set(pairs)) == [0, 1, 3]


def test_known_sets_say_how_to_get_them(home):
    with pytest.raises(Unavailable, match=r"sets fetch kwat.*word_analogy_korean\.txt") as caught:
        read_test_set("kwat")
    assert str(evaluation_set("kwat").files[0].path) in str(caught.value)
    with pytest.raises(UnknownName, match="ws353-ko"):
        evaluation_set("ws353")


@pytest.mark.shared_data
def test_the_korean_sets_are_what_they_are_known_to_be(shared_data):
    similarity = read_test_set(shared_data / "eval" / "WS353_korean.csv")
    assert len(similarity.pairs) == 353 and len({frozenset(pair) for pair in similarity.pairs}) == 351
    assert max(similarity.scores) == 10 and ("호랑이", "호랑이") in similarity.pairs
    analogies = read_test_set(shared_data / "eval" / "word_analogy_korean.txt")
    assert len(analogies.questions) == 10_000 and len(analogies.sections) == 10
    assert sum(q.words[3] in q.words[:3] for q in analogies.questions) == 217
    here = 0
    for file in (file for one in evaluation_sets().values() for file in one.files):
        copy = shared_data / "eval" / file.name
        if copy.is_file():
            assert (sha256_file(copy), copy.stat().st_size) == (file.sha256, file.size), file.name
            here += 1
    assert here >= 4


def relation_file(tmp_path, *rows):
    path = tmp_path / "own.tsv"
    path.write_text("\n".join(["relation\tkind\tparts\tpairs", *rows, ""]), encoding="utf-8")
    return path


def test_relations_are_asked_as_analogies(tmp_path):
    path = relation_file(
        tmp_path,
        "성별\tsemantic\tnoun:noun\t왕:여왕|왕비 남자:여자 아들:딸",
        "",
        "대륙\tsemantic\tname:name\t한국:아시아 일본:아시아 독일:유럽",
    )
    tests = read_test_set(path)
    assert tests.name == "own" and tests.sections == ("성별", "대륙")
    first = [q for q in tests.questions if q.section == "성별"]
    assert [q.words for q in first][:3] == [
        ("왕", "여왕", "남자", "여자"),
        ("왕", "여왕", "아들", "딸"),
        ("남자", "여자", "왕", "여왕"),
    ]
    assert first[2].also == ("왕비",) and first[2].parts == ("noun", "noun") and len(first) == 6
    # 한국 : 아시아 = 일본 : ? has its answer in the question.
    assert len([q for q in tests.questions if q.section == "대륙"]) == 4


@pytest.mark.parametrize(
    "row",
    [
        "성별",
        "성별\tsemantic\tnoun\t왕:여왕",
        "성별\tsemantic\tnoun:x\t왕:여왕",
        "성별\tsemantic\tnoun:noun\t왕여왕",
        "a\tb\tnoun:noun\t왕:여왕:왕비",
    ],
)
def test_malformed_relations_name_the_line(tmp_path, row):
    with pytest.raises(BadInput, match="line 2 of") as caught:
        read_test_set(relation_file(tmp_path, row))
    assert caught.value.code == "analysis.relation_malformed"


def test_any_listed_answer_counts_and_keys_go_by_part_of_speech(tmp_path):
    step = [0, 0, 0, 0, 0, 1.0]
    base = np.eye(6)[:4]
    keys = ["먹다/VV", "먹이다/VV", "입다/VV", "입히다/VV", "먹다/VX", "먹이/NNG", "앉다/VV"]
    rows = [base[0], base[0] + step, base[1], base[1] + step, base[2], base[3], base[2] - base[3]]
    v = Vectors(keys, np.array(rows), [5, 5, 5, 5, 99, 9, 5])
    path = relation_file(
        tmp_path,
        "사동\tsyntactic\tverb:verb\t먹다:먹이다 입다:입게하다|입히다 앉다:앉히다",
        "없는말\tsemantic\tnoun:noun\t뷁:뷁뷁 쀍:쀍쀍",
    )
    score = evaluate(v, path)
    assert (score.covered, score.total, score.value) == (1, 8, 1.0), "b is the first answer, which is no key in half of them"
    assert score.details["of_all"] == 1 / 8 and score.details["section_mean"] == pytest.approx(1 / 12)
    causative, missing = score.sections
    assert (causative.of_all, causative.covered, causative.total) == (1 / 6, 1, 6)
    assert missing.value is None and missing.of_all == 0
    assert [(kind.name, kind.value, kind.covered, kind.total) for kind in score.kinds] == [
        ("syntactic", 1.0, 1, 6),
        ("semantic", None, 0, 2),
    ]
    plain = score.to_dict()
    assert plain["kinds"][0]["of_all"] == 1 / 6 and plain["sections"][1]["of_all"] == 0
    assert covered_items(v, read_test_set(path)) == [0]
    assert covered_items(v, read_test_set(path), "exact") == []


def test_the_relations_that_ship():
    whole, dev, test = map(read_test_set, ("relations", "relations-dev", "relations-test"))
    assert len(whole.sections) >= 30
    pairs = {(q.section, q.words[:2]) for q in whole.questions}
    assert len(pairs) >= 650
    assert dev.sections == whole.sections[::2] and test.sections == whole.sections[1::2]
    assert len(dev.questions) + len(test.questions) == len(whole.questions)
    assert {q.kind for q in whole.questions} == {"syntactic", "semantic"}
    for q in whole.questions:
        right = (q.words[3], *q.also)
        assert not set(right) <= set(q.words[:3]) and len(set(right)) == len(right)
        assert all(word == clean_word(word) and has_hangul(word) for word in (*q.words, *q.also))
        for word, part in zip(q.words, q.parts * 2, strict=True):
            assert word.endswith("다") or part not in ("verb", "adjective")
    for section in whole.sections:
        words = [pair[0] for name, pair in pairs if name == section]
        assert len(words) == len(set(words)) >= 11, f"{section} gives a word twice, or is small"
