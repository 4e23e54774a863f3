"""What sentence-transformers and transformers call on models, and what people look for in the package itself, where it has another name."""

from __future__ import annotations

from explorer.core.foreign import Names, called, gone, nearest
from explorer.core.messages import Message

__all__ = ["NAMES", "PACKAGE"]

_SENTENCE_TRANSFORMERS = {
    "get_sentence_embedding_dimension": "e.dim",
    "get_embedding_dimension": "e.dim",
    "encode_query": "e.sentences(texts).similar(query)",
    "encode_document": "e.sentences(texts)",
    "encode_multi_process": "e.encode(texts)",
    "similarity_pairwise": "e.sentences(texts).matrix()",
    "max_seq_length": "e.cutter.capacity",
    "predict": "e.pair(first, second)",
}
_TRANSFORMERS = {
    "tokenizer": "ex.tokenizer(id), or e.pieces(word, sentence)",
    "tokenize": "ex.tokenizer(id), or e.pieces(word, sentence)",
    "from_pretrained": "ex.encoder(id)",
    "device": "e.network.device",
    "config": "e.network.config",
    "parameters": "e.network.base.parameters()",
    "state_dict": "e.network.base.state_dict()",
    "get_input_embeddings": "e.network.base.get_input_embeddings()",
    "to": 'ex.encoder(name, device="cuda")',
    "cuda": 'ex.encoder(name, device="cuda")',
    "cpu": 'ex.encoder(name, device="cpu")',
    "half": 'ex.encoder(name, dtype="bfloat16")',
    "forward": "e.inside(text)",
    "last_hidden_state": "e.inside(text).states[-1]",
    "hidden_states": "e.inside(text).states",
    "attentions": "e.inside(text).weights",
    "generate": "e.decoder.sample(text)",
}
_UNCHANGED = ("eval", "train", "fit", "save_pretrained", "requires_grad_")

NAMES: Names = {
    **called("sentence-transformers", _SENTENCE_TRANSFORMERS),
    **called("transformers", _TRANSFORMERS),
    **gone("transformers", Message("encoders.weights_stay"), _UNCHANGED),
}

_TAGGERS = ("Okt", "Twitter", "Komoran", "Kkma", "Hannanum")

PACKAGE: Names = {
    **called(
        "gensim", dict.fromkeys(("KeyedVectors", "load_facebook_vectors", "load_facebook_model"), "ex.load(file_or_name)")
    ),
    **called("gensim", {"Word2Vec": 'ex.train("word2vec", texts)', "FastText": 'ex.train("fasttext", texts)'}),
    **nearest(
        "gensim", {"Doc2Vec": 'ex.load("korean").sentences(texts)', "Phrases": 'ex.train("word2vec", texts, phrases=0.6)'}
    ),
    **called("fastText", {"load_model": "ex.load(file)", "train_unsupervised": 'ex.train("fasttext", texts)'}),
    **nearest("KoNLPy", dict.fromkeys(_TAGGERS, 'ex.tokenizer("kiwi")')),
    **called("KoNLPy", {"Mecab": 'ex.tokenizer("mecab")'}),
    **called("kiwipiepy", {"Kiwi": 'ex.tokenizer("kiwi")'}),
    **called(
        "transformers",
        {"AutoTokenizer": "ex.tokenizer(id)", "AutoModel": "ex.encoder(id)", "from_pretrained": "ex.encoder(id)"},
    ),
    **called("transformers", {"AutoModelForMaskedLM": "ex.encoder(id).fill", "AutoModelForCausalLM": "ex.encoder(id).next"}),
    **called("transformers", {"pipeline": "ex.encoder(id).fill"}),
    **called("sentence-transformers", {"SentenceTransformer": "ex.encoder(id)", "CrossEncoder": "ex.encoder(id).pair"}),
}
"""The same for ``explorer`` itself."""
