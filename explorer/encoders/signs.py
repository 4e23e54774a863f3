"""What the special signs among a model's pieces say, in words: ``[SF]`` is a full stop or its like, ``[END]`` the sentence's end."""

from __future__ import annotations

import re

from explorer.core.messages import Message

__all__ = ["sign_of"]

_CLASSES = {
    "NNG": "signs.nng",
    "NNP": "signs.nnp",
    "NNB": "signs.nnb",
    "VV": "signs.vv",
    "VA": "signs.va",
    "MAG": "signs.mag",
    "NR": "signs.nr",
    "NP": "signs.np",
    "VX": "signs.vx",
    "MM": "signs.mm",
    "MAJ": "signs.maj",
    "IC": "signs.ic",
    "XPN": "signs.xpn",
    "XSN": "signs.xsn",
    "XSV": "signs.xsv",
    "XSA": "signs.xsa",
    "XSM": "signs.xsm",
    "XR": "signs.xr",
    "VCP": "signs.vcp",
    "VCN": "signs.vcn",
    "SF": "signs.sf",
    "SP": "signs.sp",
    "SS": "signs.ss",
    "SSO": "signs.sso",
    "SSC": "signs.ssc",
    "SE": "signs.se",
    "SO": "signs.so",
    "SW": "signs.sw",
    "SB": "signs.sb",
    "SL": "signs.sl",
    "SH": "signs.sh",
    "SN": "signs.sn",
    "W_URL": "signs.w_url",
    "W_EMAIL": "signs.w_email",
    "W_MENTION": "signs.w_mention",
    "W_HASHTAG": "signs.w_hashtag",
    "W_SERIAL": "signs.w_serial",
    "W_EMOJI": "signs.w_emoji",
    "JKS": "signs.jks",
    "JKC": "signs.jkc",
    "JKG": "signs.jkg",
    "JKO": "signs.jko",
    "JKB": "signs.jkb",
    "JKV": "signs.jkv",
    "JKQ": "signs.jkq",
    "JX": "signs.jx",
    "JC": "signs.jc",
    "EP": "signs.ep",
    "EF": "signs.ef",
    "EC": "signs.ec",
    "ETN": "signs.etn",
    "ETM": "signs.etm",
    "Z_CODA": "signs.z_coda",
    "Z_SIOT": "signs.z_siot",
}
"""Parts of speech whose name in brackets stands for any morpheme that has no entry of its own."""

_SPECIAL = {
    "[END]": "signs.end",
    "[CLS]": "signs.start",
    "<s>": "signs.start",
    "[BOS]": "signs.start",
    "<bos>": "signs.start",
    "[SEP]": "signs.closed",
    "</s>": "signs.closed",
    "[EOS]": "signs.closed",
    "<eos>": "signs.closed",
    "<|endoftext|>": "signs.closed",
    "[PAD]": "signs.pad",
    "<pad>": "signs.pad",
    "[UNK]": "signs.unknown",
    "<unk>": "signs.unknown",
    "[MASK]": "signs.mask",
    "<mask>": "signs.mask",
    "▁": "signs.space",
    "Ġ": "signs.space",
}

_BYTE = re.compile(r"<(0x)?[0-9A-F]{2}>")
_BRACKETS = re.compile(r"\[([A-Z_]+)\]")
_OTHER = re.compile(r"\[unused\d+\]|<\|[^|<>]+\|>|<extra_id_\d+>")


def sign_of(piece: str) -> Message | None:
    """What a piece says that is a sign and no text; ``None`` for text. The codes are those of Kiwi, BERT, RoBERTa and their kin.

    >>> str(sign_of("[SF]")), sign_of("[END]").said("ko"), sign_of("▁").said("ko"), sign_of("서울")
    ('full stop, question mark or exclamation mark', '문장 끝', '띄어쓰기', None)
    """
    named = _BRACKETS.fullmatch(piece)
    code = _SPECIAL.get(piece) or (_CLASSES.get(named[1]) if named else None)
    if code is None and _BYTE.fullmatch(piece):
        code = "signs.byte"
    if code is None and _OTHER.fullmatch(piece):
        code = "signs.special"
    return None if code is None else Message(code)
