"""What gensim (before and since its fourth version) and fastText call on vectors, where it is no method here."""

from __future__ import annotations

from explorer.core.foreign import Names, called, gone, nearest
from explorer.core.messages import Message

__all__ = ["NAMES"]

_GENSIM = {
    "wv": "v",
    "vocab": "v.key_to_index, and v.counts",
    "index2word": "v.index_to_key",
    "index2entity": "v.index_to_key",
    "syn0": "v.vectors",
    "syn0norm": "v.unit",
    "vectors_norm": "v.unit",
    "norms": "1 / v.inverse",
    "word_vec": "v.get_vector(word)",
    "words_closer_than": "v.closer_than(word, other)",
    "accuracy": "v.evaluate_word_analogies(file)",
    "log_accuracy": "v.evaluate_word_analogies(file)",
    "log_evaluate_word_pairs": "v.evaluate_word_pairs(file)",
    "load_word2vec_format": "ex.load(file)",
    "load": "ex.load(file_or_name)",
    "save_word2vec_format": "write_vectors(v, file) of explorer.vectors.files.formats",
    "cosine_similarities": "v.matrix(words), or 1 - v.distances(word, words)",
    "relative_cosine_similarity": "v.similarity(word, other) / sum(one.score for one in v.similar(word))",
    "train": 'ex.train("word2vec", texts)',
    "build_vocab": 'ex.train("word2vec", texts)',
    "dv": "v.sentences(texts)",
    "docvecs": "v.sentences(texts)",
    "infer_vector": "v.sentences([text]).vectors[0]",
}
_FASTTEXT = {
    "get_word_vector": "v.vector(word)",
    "get_sentence_vector": "v.sentences([text]).vectors[0]",
    "get_nearest_neighbors": "v.similar(word, n=10)",
    "get_analogies": 'v.analogy("왕 − 남자 + 여자")',
    "get_words": "v.keys",
    "words": "v.keys",
    "get_word_id": "v.index(word)",
    "get_dimension": "v.dim",
    "get_input_matrix": "v.vectors",
    "save_model": 'v.save("name")',
}
_NEAREST = {
    "wmdistance": "v.sentences(texts).matrix()",
    "similarity_unseen_docs": "v.n_similarity(words, others)",
    "rank_by_centrality": "v.matrix(words).mean(axis=1)",
    "predict_output_word": 'ex.encoder("mini").fill("배를 [MASK] 먹었다")',
    "intersect_word2vec_format": "ex.load(file)",
}
_NO_CHANGE = (
    "add_vector",
    "add_vectors",
    "allocate_vecattrs",
    "resize_vectors",
    "set_vecattr",
    "sort_by_descending_frequency",
    "unit_normalize_all",
    "vectors_for_all",
)
_COMPUTED = ("fill_norms", "init_sims")

NAMES: Names = {
    **called("gensim", _GENSIM),
    **called("fastText", _FASTTEXT),
    **nearest("gensim", _NEAREST),
    **gone("gensim", Message("vectors.never_changed"), _NO_CHANGE),
    **gone("gensim", Message("vectors.lengths_known"), _COMPUTED),
}
