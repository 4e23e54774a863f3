"""Words that an encoder reads by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

import explorer as ex
from explorer.cli import main
from explorer.core.errors import BadInput

pytest.importorskip("torch")

KEYS = ["바다/NNG", "먹다/VV", "먹다/VX", "꽃/NNG"]


def like() -> ex.Vectors:
    return ex.Vectors(KEYS, np.eye(4, dtype=np.float32), np.array([9, 7, 5, 3]), {"tokenizer": {"engine": "kiwi"}})


def test_keys_counts_and_tokenizer_are_taken_over_and_each_word_is_its_sentence_vector(small_bert):
    from explorer.encoders.alone import words_alone

    reader = ex.encoder(str(small_bert))
    made = words_alone(reader, like(), keys=3)
    assert list(made.keys) == KEYS[:3] and made.counts.tolist() == [9, 7, 5]
    assert made.info["tokenizer"] == {"engine": "kiwi"} and made.info["params"]["encoder"] == reader.name
    alone = reader.sentences(["바다", "먹다"], components=0).vectors
    np.testing.assert_allclose(made.vectors, alone[[0, 1, 1]], rtol=1e-5, atol=1e-6)


def test_words_without_a_vector_are_left_out_and_nothing_to_read_is_said():
    from explorer.encoders.alone import words_alone

    mini = ex.encoder("mini")
    made = words_alone(mini, ["바다/NNG", "./SF"])
    assert list(made.keys) == ["바다/NNG"] and made.counts is None
    for keys in ([], ["./SF"]):
        with pytest.raises(BadInput, match="none of the"):
            words_alone(mini, keys)


def test_the_command_saves_them_for_joining(home, small_bert):
    like().save("four")
    done = CliRunner().invoke(main, ["models", "words", "read", "four", "--encoder", str(small_bert)])
    assert done.exit_code == 0 and "saved read: 4 words" in done.output, done.output
    assert list(ex.load("read").keys) == KEYS
    again = CliRunner().invoke(main, ["models", "words", "read", "four", "--encoder", str(small_bert)])
    assert again.exit_code == 1 and "read" in again.output
