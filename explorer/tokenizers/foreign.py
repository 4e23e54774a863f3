"""What KoNLPy, Hugging Face, SentencePiece and kiwipiepy call on tokenizers, where it is no method here; and tokenizers that are not here."""

from __future__ import annotations

from explorer.core.errors import UnknownName
from explorer.core.foreign import Names, called, gone, nearest
from explorer.core.messages import Message

__all__ = ["NAMES", "TOKENS", "not_here"]

_KONLPY = {"analyze": "t.tokenize(text)", "sentences": "split_sentences(text) of explorer.text.sentences"}
_NO_PHRASES = {"phrases": 'ex.train("word2vec", texts, phrases=0.6)', "normalize": 'ex.tokenizer("kiwi", normalise_coda=True)'}
_KIWI = {
    "analyse": "t.tokenize(text)",
    "split_into_sents": "split_sentences(text) of explorer.text.sentences",
    "add_user_word": 'ex.tokenizer("kiwi", user_words=["신조어/NNG"])',
    "load_user_dictionary": 'ex.tokenizer("kiwi", user_words=["신조어/NNG"])',
}
_TRANSFORMERS = {
    "input_ids": "t.encode(text)",
    "encode_plus": "t(text), or t.encode(text)",
    "batch_encode_plus": "t(texts), or t.encode(texts)",
    "encode_batch": "t(texts), or t.encode(texts)",
    "convert_tokens_to_string": "t.decode(t.convert_tokens_to_ids(pieces))",
    "decode_batch": "t.batch_decode(several)",
    "from_pretrained": "ex.tokenizer(id)",
    "from_file": "ex.tokenizer(file)",
    "vocab": "t.get_vocab()",
    "get_vocab_size": "t.vocab_size",
    "id_to_token": "t.convert_ids_to_tokens(index)",
    "token_to_id": "t.convert_tokens_to_ids(piece)",
    "train_new_from_iterator": 'ex.train_tokenizer("unigram", texts, vocab_size=8000)',
    "train_from_iterator": 'ex.train_tokenizer("unigram", texts, vocab_size=8000)',
    "add_tokens": 'ex.train_tokenizer("unigram", texts, vocab_size=8000)',
    "add_special_tokens": 'ex.train_tokenizer("unigram", texts, vocab_size=8000, special_tokens=["[SEP]"])',
    "name_or_path": "t.name",
}
_SENTENCEPIECE = {
    "encode_as_pieces": "t.morphs(text)",
    "EncodeAsPieces": "t.morphs(text)",
    "encode_as_ids": "t.encode(text)",
    "EncodeAsIds": "t.encode(text)",
    "decode_ids": "t.decode(ids)",
    "DecodeIds": "t.decode(ids)",
    "decode_pieces": "t.decode(t.convert_tokens_to_ids(pieces))",
    "DecodePieces": "t.decode(t.convert_tokens_to_ids(pieces))",
    "id_to_piece": "t.convert_ids_to_tokens(index)",
    "IdToPiece": "t.convert_ids_to_tokens(index)",
    "piece_to_id": "t.convert_tokens_to_ids(piece)",
    "PieceToId": "t.convert_tokens_to_ids(piece)",
    "get_piece_size": "t.vocab_size",
    "GetPieceSize": "t.vocab_size",
}
_RUNS_NO_NETWORK = ("apply_chat_template", "pad", "model_max_length", "save_pretrained", "push_to_hub")

NAMES: Names = {
    **called("KoNLPy", _KONLPY),
    **nearest("KoNLPy", _NO_PHRASES),
    **called("kiwipiepy", _KIWI),
    **called("Hugging Face", _TRANSFORMERS),
    **called("SentencePiece", _SENTENCEPIECE),
    **gone("Hugging Face", Message("tokenizers.feeds_no_network"), _RUNS_NO_NETWORK),
}

TOKENS: Names = called(
    "Hugging Face",
    {
        "input_ids": "tokens.ids",
        "offset_mapping": "[(token.start, token.end) for token in tokens]",
        "offsets": "[(token.start, token.end) for token in tokens]",
    },
) | gone("Hugging Face", Message("tokenizers.feeds_no_network"), ("attention_mask", "token_type_ids"))
"""The same for the tokens of a text."""

_ANALYSERS = frozenset(
    {"okt", "twitter", "komoran", "kkma", "hannanum", "khaiii", "bareun", "nori", "soynlp", "mecab-ko", "konlpy"}
)
"""Tokenizers of Korean that people know, and that are not here."""


def not_here(name: str, known: list[str]) -> UnknownName | None:
    """The error for a name of which people know what it is, though it is not here; else ``None``.

    Args:
        name: what was asked for.
        known: what is here.

    >>> not_here("Okt", ["kiwi", "mecab"]).hint.code, not_here("kiwii", ["kiwi", "mecab"])
    ('tokenizers.analyser_elsewhere', None)
    """
    if name.lower() not in _ANALYSERS:
        return None
    return UnknownName("tokenizer", name, known, "tokenizers.analyser_elsewhere", analyser=name)
