"""Engines: one a file (the three that are rules alone share ``rules``), each behind :class:`~explorer.tokenizers.token.Tokenizer`.

An engine is a subclass of :class:`~explorer.tokenizers.engine.Engine`, which makes it callable and gives it ``encode``, ``morphs``, ``pos`` and
``nouns`` (an engine of another package need not be one: it is wrapped), and offers

* ``name``, ``tokenize(text) -> list[Token]`` and ``params() -> dict`` with the key ``"engine"``, its name in the registry; the other
  keys are the options that make it again (:func:`~explorer.tokenizers.loading.from_params`), ``version`` and ``sha256`` aside.

and, where it can, any of these, which batching, counting and comparisons find by their names:

* ``vocab_size: int | None``: of a closed vocabulary; every token then has an ``id``.
* ``decode(ids) -> str``: what comes back of a text; comparisons then tell what is lost.
* ``is_byte(id) -> bool``: whether a piece is no whole character.
* ``tokenize_batch(texts, workers)`` and ``keys_batch(texts, workers)``: iterators over many texts, in order, where the engine has
  threads of its own (``streams`` has what they share) or needs no spans for keys.

Every engine keeps ``text[token.start:token.end] == token.surface`` for the text as it was given. Those here clean it with
:func:`~explorer.text.normalise.normalise`, which knows the way back, cut white space off spans with ``spans.trim``, and make tokens with
:func:`~explorer.tokenizers.token.new_token`. Files of native libraries go through :mod:`explorer.core.guarded` first.

Built-in engines stand in the two tables of :mod:`explorer.tokenizers.loading`. Another package adds its own without a change here, as an
entry point of the group ``korean_explorer.tokenizers``, which names the class (or a function that makes the tokenizer, with keyword
options)::

    [project.entry-points."korean_explorer.tokenizers"]
    khaiii = "my_package.khaiii:KhaiiiTokenizer"

``explorer.tokenizer("khaiii")``, the command line and the dashboard then know it.
"""
