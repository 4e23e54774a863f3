"""The sample corpus holds what it promises: enough, varied, well-formed, and labelled right."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict

from corpora import open_corpus, sample

REGISTERS = {"encyclopaedic", "news", "fiction", "review", "conversation", "technical"}


def grams(text: str) -> frozenset[str]:
    return frozenset(text[n : n + 3] for n in range(len(text) - 2))


def all_texts() -> list[str]:
    return [*(s.text for s in sample.sentences()), *(h.text for h in sample.homographs()), *(p.ko for p in sample.parallel())]


def test_there_are_enough_sentences_of_every_kind():
    sentences = list(sample.sentences())
    assert len(sentences) >= 2400
    kinds = Counter((s.topic, s.register) for s in sentences if s.register != "web")
    assert len({topic for topic, _ in kinds}) >= 12
    assert {register for _, register in kinds} == REGISTERS
    assert len(kinds) == len({topic for topic, _ in kinds}) * len(REGISTERS)  # every topic in every register
    assert min(kinds.values()) >= 25
    web = [s.text for s in sentences if s.register == "web"]
    assert any("ㅋㅋ" in text for text in web) and any(0x1F300 <= ord(c) <= 0x1FAFF for text in web for c in text)
    assert any("(" in s.text and any(0x4E00 <= ord(c) <= 0x9FFF for c in s.text) for s in sentences)


def test_homographs_have_their_senses():
    senses = {(s.word, s.sense) for s in sample.senses()}
    assert all(s.gloss_ko and s.gloss_en for s in sample.senses())
    counts = Counter((h.word, h.sense) for h in sample.homographs())
    assert set(counts) == senses  # every label known, every sense shown
    assert min(counts.values()) >= 8
    by_word = Counter(word for word, _ in senses)
    assert len(by_word) >= 24 and set(by_word.values()) <= {2, 3, 4}


def test_spans_stand_on_the_word():
    for one in sample.homographs():
        found = one.text[one.start : one.end]
        if found != one.word:
            # A verb in one of its forms: the stem may change (쓰다: 썼다), its first sound does not.
            assert one.word.endswith("다") and found, one
            assert unicodedata.normalize("NFD", found)[0] == unicodedata.normalize("NFD", one.word)[0], one


def test_there_are_enough_pairs():
    pairs = list(sample.parallel())
    assert len(pairs) >= 240
    assert all(any("가" <= c <= "힣" for c in p.ko) and p.en.isprintable() and p.en.strip() for p in pairs)
    assert all(sum("가" <= c <= "힣" for c in p.en) == 0 for p in pairs)


def test_every_text_is_clean():
    for text in all_texts():
        assert unicodedata.is_normalized("NFC", text) and text == text.strip() and text
        assert not set(text) & set("\t\n\r\0\u200b\ufeff\ufffd"), text
        assert "  " not in text, text


def test_no_two_texts_are_alike():
    texts = all_texts()
    assert len(set(texts)) == len(texts)
    sets = [grams(text) for text in texts]
    where: dict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(sets):
        shared: Counter[int] = Counter()
        for gram in own:
            shared.update(where[gram])
            where[gram].append(number)
        for other, common in shared.items():
            union = len(own) + len(sets[other]) - common
            assert common <= 0.8 * union, (texts[number], texts[other])


def test_documents_are_passages_with_topic_and_register():
    documents = list(open_corpus("sample").documents())
    assert len({d.id for d in documents}) == len(documents)
    assert "\n".join(d.text for d in documents).split("\n") == [s.text for s in sample.sentences()]
    assert all(set(d.meta) == {"topic", "register"} for d in documents)
