"""An encoder: every question about a word in its sentence, a gap, a pair of sentences, what comes next, what goes on inside.

It only asks: words are found in :mod:`~explorer.encoders.locate`, networks run in :mod:`~explorer.encoders.forward`, and each
question has a module of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.foreign import refusing
from explorer.core.progress import ProgressCallback
from explorer.encoders import alike, averaging
from explorer.encoders import senses as sorting
from explorer.encoders.activations import InsideModel
from explorer.encoders.baseline import RandomPairs, random_pairs, scale_words
from explorer.encoders.checkpoints import cannot
from explorer.encoders.clusters import Space
from explorer.encoders.fill import Filler
from explorer.encoders.fill_pieces import PieceGaps
from explorer.encoders.foreign import NAMES
from explorer.encoders.forward import POOLINGS, Layer, Network
from explorer.encoders.generate import Decoder
from explorer.encoders.guesses import Gap, Guess
from explorer.encoders.inside_record import Inside
from explorer.encoders.kiwi_next import kiwi_next
from explorer.encoders.locate import Request, Span, WordSpan, around, find_word, find_words, in_nfc, nfc, under
from explorer.encoders.morpheme.filling import MorphemeGaps
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.morpheme.reading import MorphemeReader, Substitute
from explorer.encoders.pair_score import PairScore, score_pair
from explorer.encoders.pieces import HubPieces, Pieces
from explorer.encoders.readings import OwnStates, Reader, Representation, read_spans, spans_of
from explorer.encoders.representation import Choice
from explorer.encoders.sense_curve import SenseCurve, sense_curve
from explorer.encoders.senses import Assignment, Senses
from explorer.encoders.sentences import POOLINGS as SENTENCE_POOLINGS
from explorer.encoders.sentences import SentenceMaker, own_way
from explorer.encoders.words import WordVectors, units
from explorer.vectors.sentences import Sentences, gather

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer
    from explorer.vectors.averaged import AveragedVectors

__all__ = ["Encoder", "WordVectors"]


class Encoder:
    """An encoder, as :func:`~explorer.encoders.open.encoder` opens it. Safe from several threads.

    A question that the checkpoint was not made for is refused with BadInput, which names what to ask instead.

    Attributes:
        name: what it was opened as.
        folder: where its weights lie; ``None`` for one that was not opened from a folder.
        layer, pooling: what is used where a method is not told otherwise (see :meth:`using`).
        info: where an encoder trained here came from.
    """

    def __init__(
        self,
        name: str,
        network: Network | None = None,
        pieces: Pieces | None = None,
        *,
        info: Mapping[str, Any] | None = None,
        stands_for: str = "",
        folder: Path | None = None,
    ) -> None:
        """
        Args:
            name, info: see there.
            network, pieces: what runs, and what cuts texts for it.
            folder: where its weights lie; what is measured of it is kept by them.
            stands_for: without a network what the name is: ``"kiwi"`` or a ``"static"`` model, which refuse questions.
        """
        self.name = name
        self.info = dict(info or {})
        self.pooling = "mean"
        self._layer: Layer | None = None
        self.folder = folder
        self._spaces: dict[tuple[Any, ...], Space] = {}
        self._opened = (network, pieces)
        self._stands_for = stands_for
        self._first: Encoder | None = None

    @property
    def layer(self) -> Layer:
        """See there."""
        return -1 if self._layer is None else self._layer

    __getattr__ = refusing(NAMES)
    __call__ = alike.refuse

    def __repr__(self) -> str:
        if self._opened[0] is None:
            return f"<Encoder {self.name}>"
        return f"<Encoder {self.name}: {self.depth - 1} layers × {self.dim}, {self.network.device}>"

    def named(self, name: str) -> Encoder:
        """The same encoder under the name that somebody used for it."""
        if name == self.name:
            return self
        other = self._copy()
        other.name = name
        for part in ("filler", "decoder", "insight"):  # they say the name
            other.__dict__.pop(part, None)
        return other

    def _copy(self) -> Encoder:
        other = copy(self)
        other._first = self  # the one that the door keeps in sight stays alive with its copies
        return other

    def using(self, *, layer: Layer | None = None, pooling: str = "mean") -> Encoder:
        """The same encoder with another layer and pooling where a method is not told otherwise.

        Args:
            layer: 0 is the input embedding, 1 the first block, -1 the last; ``"sum-last-4"``, ``"mean-last-4"``; or numbers
                whose mean is taken. By default the last, or where representations are compared the one they name.
            pooling: ``"mean"``, ``"first"``, ``"last"``, ``"sum"`` or ``"max"`` over a word's sub-words.

        Raises:
            BadInput: there is no such layer or pooling.
        """
        self.network.layers(-1 if layer is None else layer)
        if pooling not in POOLINGS:
            raise BadInput("encoders.unknown_pooling", pooling=pooling, choices=", ".join(POOLINGS))
        other = self._copy()
        other._layer, other.pooling = layer, pooling
        return other

    # What it is made of

    def _made_for(self, head: str) -> tuple[Network, Pieces]:
        network, pieces = self._opened
        if network is None or pieces is None:
            if self._stands_for == "static":
                raise BadInput("encoders.static_cannot", model=self.name, task=cannot(head))
            if head == "causal":
                raise BadInput("encoders.kiwi_no_checkpoint")
            raise BadInput("encoders.kiwi_cannot", task=cannot(head))
        if head != "encoder":
            network.head(head, self.name)
        return network, pieces

    def _hub(self, head: str) -> tuple[Network, HubPieces]:
        network, pieces = self._made_for(head)
        assert isinstance(pieces, HubPieces)  # an encoder over morphemes has no such head
        return network, pieces

    def can(self, head: str) -> bool:
        """Whether it has a head: ``"masked"`` (:meth:`fill`), ``"pair"``, or ``"causal"`` (:meth:`next`)."""
        network = self._opened[0]
        return network is not None and network.has(head)

    @property
    def network(self) -> Network:
        """What runs."""
        return self._made_for("encoder")[0]

    @property
    def cutter(self) -> Pieces:
        """What cuts texts for it."""
        return self._made_for("encoder")[1]

    @property
    def dim(self) -> int:
        """Numbers in each vector."""
        return self.network.dim

    @property
    def depth(self) -> int:
        """Number of layers to choose from: the input embedding and every block."""
        return self.network.depth

    @property
    def analyser(self) -> Tokenizer:
        """Kiwi, which finds words in sentences."""
        return self.cutter.analyser

    @cached_property
    def reader(self) -> Reader:
        """How it reads words in sentences."""
        network, pieces = self._made_for("encoder")
        choose = Choice(pieces.analyser, self.folder)
        if isinstance(pieces, MorphemePieces):
            return MorphemeReader(network, pieces, choose)
        return OwnStates(network, pieces, choose)

    @property
    def representations(self) -> tuple[str, ...]:
        """What can be compared when senses are sorted, the best first."""
        return self.reader.representations

    def representation(self, progress: ProgressCallback | None = None) -> Representation:
        """What words in their sentences are compared by, where nobody says otherwise: a blend of views, and the layer.

        It is known for encoders that ship. For any other it is measured the first time, which takes about as long as reading
        640 sentences, and kept (:mod:`~explorer.encoders.representation`).
        """
        return self.reader.blend(progress)

    @cached_property
    def filler(self) -> Filler:
        """What guesses masked words; it also scores candidates."""
        network, pieces = self._made_for("masked")
        if isinstance(pieces, MorphemePieces):
            return Filler(MorphemeGaps(network, pieces), self.name)
        return Filler(PieceGaps(*self._hub("masked")), self.name)

    @cached_property
    def decoder(self) -> Decoder:
        """What continues texts; it also draws several pieces in a row."""
        return Decoder(*self._hub("causal"), self.name)

    @cached_property
    def insight(self) -> InsideModel:
        """What shows its inside."""
        return InsideModel(*self._made_for("encoder"), name=self.name)

    # A word in its sentence

    def locate(self, word: str, sentence: str, occurrence: int = 0) -> WordSpan:
        """Where the word stands in the sentence; see :func:`~explorer.encoders.locate.find_word`."""
        return find_word(word, sentence, self.analyser, occurrence)

    def locate_all(self, word: str, sentence: str, most: int | None = None) -> list[WordSpan]:
        """Every place of the word in the sentence, at most ``most``; none is an empty list."""
        return find_words(word, sentence, self.analyser, most)

    def pieces(self, word: str, sentence: str, occurrence: int = 0) -> list[str]:
        """The model's sub-words under the word, as its vocabulary writes them."""
        span = self.locate(word, sentence, occurrence)
        return self.pieces_under(sentence, span.start, span.end)

    def pieces_under(self, text: str, start: int, end: int) -> list[str]:
        """The model's sub-words under ``text[start:end]``, as its vocabulary writes them."""
        begin, stop = around(text, start, end)
        part = text[begin:stop]
        cut = self.cutter.encode(nfc(part))
        [(low, high)] = under([(a, b) for _, a, b in cut], in_nfc(part, [(start - begin, end - begin)]), [text[start:end]])
        return self.cutter.names([number for number, _, _ in cut[low:high]])

    def vector(
        self, word: str, sentence: str, *, layer: Layer | None = None, pooling: str | None = None, occurrence: int = 0
    ) -> NDArray[np.float32]:
        """The vector (d float32) of a word in its sentence.

        Args:
            word: as a person says it: 배 is found in 배를, 먹다 in 먹었다; ``배/NNG`` chooses a reading.
            sentence: any length.
            layer, pooling: instead of the model's own.
            occurrence: which of several, from 0.

        Raises:
            BadInput: the word is not in the sentence, or none of its characters reached the model.
        """
        found: NDArray[np.float32] = self.vectors(word, [sentence], layer=layer, pooling=pooling, occurrence=occurrence)[0]
        return found

    def vectors(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        *,
        layer: Layer | None = None,
        pooling: str | None = None,
        occurrence: int = 0,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.float32]:
        """The vectors (sentences × d float32) of one word in many sentences, or of one word for each sentence."""
        spans = spans_of(self.cutter, word, sentences, None, occurrence)
        requests = [(sentence, [(start, end)]) for sentence, (start, end, _) in zip(sentences, spans, strict=True)]
        return self.spans(requests, layer=layer, pooling=pooling, progress=progress)

    def layers(self, word: str, sentence: str, *, pooling: str | None = None, occurrence: int = 0) -> NDArray[np.float32]:
        """The word's vector at every layer: depth × d float32, the input embedding first."""
        span = self.locate(word, sentence, occurrence)
        states: NDArray[np.float32] = self.span_layers([(sentence, [(span.start, span.end)])], pooling=pooling)[:, 0]
        return states

    def span_layers(
        self, requests: Sequence[Request], *, pooling: str | None = None, progress: ProgressCallback | None = None
    ) -> NDArray[np.float32]:
        """Vectors of given spans of several texts at every layer: depth × spans × d float32, the input embedding first.

        Args:
            requests: ``(text, spans)`` pairs, the spans as code-point offsets ``(start, end)`` into their text.
            pooling: instead of the model's own.
            progress: told how many passes are done.
        """
        each = [[layer] for layer in range(self.depth)]
        return read_spans(self.network, self.cutter, requests, each, "mean", pooling or self.pooling, progress)

    def spans(
        self,
        requests: Sequence[Request],
        *,
        layer: Layer | None = None,
        pooling: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.float32]:
        """Vectors (spans × d float32) of given spans of several texts, at one layer; see :meth:`span_layers`."""
        numbers, join = self.network.layers(self.layer if layer is None else layer)
        pooled: NDArray[np.float32] = read_spans(
            self.network, self.cutter, requests, [numbers], join, pooling or self.pooling, progress
        )[0]
        return pooled

    def words(self, text: str, *, unit: str = "eojeol", layer: Layer | None = None, pooling: str | None = None) -> WordVectors:
        """Vectors of every word (``unit``: ``"eojeol"``, between white space, or ``"morpheme"``, by Kiwi) of a text of any
        length; each word has exactly one.
        """
        [found] = self.words_of([text], unit=unit, layer=layer, pooling=pooling)
        return found

    def words_of(
        self,
        texts: Sequence[str],
        *,
        unit: str = "eojeol",
        layer: Layer | None = None,
        pooling: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> list[WordVectors]:
        """:meth:`words` of many texts, read together, which is much faster than one by one."""
        requests = [(text, units(text, unit, self.analyser)) for text in texts]
        vectors = self.spans(requests, layer=layer, pooling=pooling, progress=progress)
        ends = np.cumsum([len(spans) for _, spans in requests])
        return [WordVectors(spans, vectors[end - len(spans) : end]) for (_, spans), end in zip(requests, ends, strict=True)]

    def word_vectors(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None = None,
        *,
        representation: str | None = None,
        layer: Layer | None = None,
        pooling: str | None = None,
        occurrence: int = 0,
        centred: bool | None = None,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.float32]:
        """Words in their sentences as they are best compared: unit rows (sentences × D float32), whose products are cosines.

        The mean that is subtracted is that of other words in other sentences, so that the cosine of two sentences does not
        depend on which are given beside them.

        Args:
            word: one word, or one for each sentence.
            sentences: each holds its word.
            spans: where it stands in each, instead of looking for it.
            representation: ``"blend"`` (the default; see :meth:`representation`), ``"own"`` or another of
                :attr:`representations`.
            layer, pooling: of the states, instead of the representation's own.
            occurrence: which of several, from 0.
            centred: subtract that mean; by default in the blend, and not in a single view.
            progress: told how far the reading is.

        Raises:
            BadInput: a sentence does not hold its word, or there is no such representation or layer.

        >>> from explorer.encoders.open import encoder
        >>> ship, boat, pear = encoder("mini").word_vectors("배", ["배를 타고 섬에 갔다.", "부두에 배가 닿았다.", "배를 깎아 먹었다."])
        >>> bool(ship @ boat > ship @ pear)
        True
        """
        layer, pooling = self._layer if layer is None else layer, pooling or self.pooling
        asked: dict[str, Any] = {"representation": representation, "layer": layer, "pooling": pooling, "progress": progress}
        reading = self.reader.read(word, sentences, spans, occurrence=occurrence, **asked)
        if not (representation in (None, "blend") if centred is None else centred):
            return Space(reading.weights, {}, None).place(reading.views).astype(np.float32)
        key = (representation or "blend", layer if isinstance(layer, int | str | None) else tuple(layer), pooling)
        if key not in self._spaces:
            others = self.reader.read(*scale_words(self.analyser), **asked)
            self._spaces[key] = Space.beside(others.views, others.weights)
        return self._spaces[key].place(reading.views).astype(np.float32)

    similarity = alike.similarity
    similarity_matrix = alike.similarity_matrix

    def sentences(
        self,
        texts: Iterable[str],
        *,
        pooling: str = "own",
        prefix: str | None = None,
        layer: Layer | None = None,
        components: int | None = None,
        keep: bool = False,
        progress: ProgressCallback | None = None,
    ) -> Sentences:
        """Vectors of whole sentences, to be searched and compared.

        Args:
            texts: sentences or documents of any length; with ``keep`` any number of them, from any iterable.
            pooling: ``"own"``, as the checkpoint itself asks for (:func:`~explorer.encoders.sentences.own_way`), or one of
                :data:`~explorer.encoders.sentences.POOLINGS`.
            prefix: what is written before each text, instead of the model's own (``"query: "`` for the E5 family, whose
                documents may have ``"passage: "``; what is looked for keeps its own).
            layer: whose states, instead of the model's own.
            components: directions shared by all sentences that are taken out (:func:`~explorer.vectors.sentences.gather`).
            keep: put texts and vectors into the home folder's cache.
            progress: told about the sentences done.

        Raises:
            BadInput: there is no sentence, one is no text, or an argument is outside its range.

        >>> from explorer.encoders.open import encoder
        >>> found = encoder("mini").sentences(["배를 타고 섬에 갔다.", "영화가 재미있었다."])
        >>> found.vectors.shape, found.similar("이 영화는 재미없다.", 1)[0].number
        ((2, 256), 1)
        """
        if pooling not in SENTENCE_POOLINGS:
            raise BadInput("encoders.unknown_pooling", pooling=pooling, choices=", ".join(SENTENCE_POOLINGS))
        way = own_way(self.name, *self._made_for("encoder"), pooling).asked(prefix, layer)
        maker = SentenceMaker(self.name, *self._made_for("encoder"), way)
        return gather(maker, texts, components=components, keep=keep, progress=progress)

    encode = alike.encode

    # Senses

    def senses(
        self,
        word: str,
        sentences: Sequence[str],
        k: int | None = None,
        *,
        representation: str | None = None,
        layer: Any = None,
        pooling: str | None = None,
        centred: bool = True,
        most: int = 6,
        limit: int = sorting.LIMIT,
        seed: int = 42,
        occurrence: int = 0,
        spans: Sequence[Span] | None = None,
        progress: ProgressCallback | None = None,
    ) -> Senses:
        """Sort sentences by the sense that a word has in them: groups that agree best with the cosines (:mod:`explorer.encoders.agreement`).

        Args:
            word: as a person says it: 배 is found in 배를, 먹다 in 먹었다.
            sentences: each holds the word; of one longer than 5,000 characters what stands around it is read.
            k: how many senses; when ``None``, what :func:`~explorer.encoders.choose.choose_senses` decides, perhaps one.
            representation: ``"blend"``, the default (see :meth:`representation`), separates senses far better than ``"own"``
                states do; ``mini`` has more (see :meth:`~explorer.encoders.morpheme.reading.MorphemeReader.represent`).
            layer, pooling: of the states, instead of the representation's own.
            centred: subtract the mean over these sentences first. Contextual vectors crowd into a cone
                (Ethayarajh 2019, https://aclanthology.org/D19-1006/); without it single odd sentences are split off.
            most, limit, seed, occurrence, progress: of more than ``limit`` sentences so many are drawn.
            spans: where the word stands in each sentence (start and end in code points), instead of looking for it.

        Returns:
            Senses, with ``labels`` in the order of the sentences.

        Raises:
            BadInput: a sentence does not hold the word, or there are fewer sentences than senses.
        """
        return sorting.find_senses(
            self.reader,
            self.analyser,
            self.name,
            word,
            _checked(word, sentences),
            k,
            representation=representation,
            layer=self._layer if layer is None else layer,
            pooling=pooling or self.pooling,
            centred=centred,
            most=most,
            limit=limit,
            seed=seed,
            occurrence=occurrence,
            spans=spans,
            progress=progress,
        )

    def assign(self, senses: Senses, sentence: str, *, occurrence: int = 0, span: Span | None = None) -> Assignment:
        """Which of some senses a word has in a new sentence.

        The sentence is moved by the means of the sentences that the senses were found in, and compared with the middle of each
        sense. The answer is unclear when the best cosine leads by no more than the cosines within a sense scatter. A sense
        that none of the sentences had cannot be recognised as new.

        Args:
            senses: found by this model.
            sentence: it holds the word.
            occurrence: which of several, from 0.
            span: where the word stands, instead of looking for it.

        Raises:
            BadInput: the sentence does not hold the word, or another model found the senses.
        """
        return sorting.assign(self.reader, self.name, senses, sentence, occurrence=occurrence, span=span)

    def sense_curve(
        self,
        word: str,
        sentences: Sequence[str],
        k: int | None = None,
        *,
        gold: Sequence[str | None] | None = None,
        background: Sequence[str] = (),
        pooling: str | None = None,
        occurrence: int = 0,
        spans: Sequence[Span] | None = None,
        progress: ProgressCallback | None = None,
    ) -> SenseCurve:
        """How clearly the senses part at every layer (and in every representation); see
        :func:`~explorer.encoders.sense_curve.sense_curve`.
        """
        return sense_curve(
            self.reader,
            self.analyser,
            self.name,
            word,
            _checked(word, sentences),
            k,
            gold=gold,
            background=background,
            pooling=pooling or self.pooling,
            occurrence=occurrence,
            spans=spans,
            progress=progress,
        )

    def random_pairs(
        self,
        background: Sequence[str],
        *,
        representation: str | None = None,
        layer: Layer | None = None,
        pooling: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> RandomPairs | None:
        """Mean cosine of random pairs of content words of other sentences, beside which the senses' cosines are to be seen."""
        asked: dict[str, Any] = {"layer": self._layer if layer is None else layer, "pooling": pooling or self.pooling}
        return random_pairs(self.reader, self.analyser, background, representation=representation, progress=progress, **asked)

    def substitutes(
        self, word: str, sentence: str, n: int = 10, *, content: bool = True, occurrence: int = 0
    ) -> list[Substitute]:
        """For an encoder over morphemes; see :meth:`~explorer.encoders.morpheme.reading.MorphemeReader.substitutes`."""
        if not isinstance(self.reader, MorphemeReader):
            raise BadInput("encoders.not_over_morphemes", model=self.name)
        return self.reader.substitutes(word, sentence, n, content=content, occurrence=occurrence)

    # Guesses

    def fill(
        self, text: str, n: int = 10, *, unit: str = "word", pieces: int = 3, progress: ProgressCallback | None = None
    ) -> list[Gap]:
        """What the model would put where the text has ``[MASK]``; see :meth:`~explorer.encoders.fill.Filler.fill`.

        Raises:
            BadInput: the model guesses no masked words, there is no mask, or an argument is outside its range.
        """
        return self.filler.fill(text, n, unit=unit, pieces=pieces, progress=progress)

    def pair(self, first: str, second: str) -> PairScore:
        """How well ``second`` follows ``first``, by a checkpoint with a next-sentence head.

        Raises:
            BadInput: the model has no such head, or a sentence is empty.
        """
        return score_pair(*self._hub("pair"), first, second, self.name)

    def next(self, text: str, n: int = 10, **shape: Any) -> list[Guess]:
        """The most probable next pieces; see :meth:`~explorer.encoders.generate.Decoder.next`, and for ``kiwi``
        :func:`~explorer.encoders.kiwi_next.kiwi_next`.

        Raises:
            BadInput: the model does not continue texts, there is no text, or an argument is outside its range.
        """
        if self._stands_for == "kiwi":
            if shape:
                raise BadInput("cli.kiwi_next_only")
            return kiwi_next(text, n)
        return self.decoder.next(text, n, **shape)

    def inside(self, first: str, second: str | None = None, *, progress: ProgressCallback | None = None) -> Inside:
        """Read one or two sentences in one pass and keep everything; see
        :meth:`~explorer.encoders.activations.InsideModel.read`.
        """
        return self.insight.read(first, second, progress=progress)

    def average(
        self, texts: Iterable[str] | Any, words: Iterable[str] | None = None, *, layer: Layer = 1, **options: Any
    ) -> AveragedVectors:
        """One vector for a word out of many contexts; see :func:`~explorer.encoders.averaging.average_contexts`.

        Args:
            texts, words, **options: see there.
            layer: the first block by default, which was best for words without a sentence (docs/contextual.md).
        """
        return averaging.average_contexts(self, texts, words, layer=layer, **options)


def _checked(word: str, sentences: Sequence[str]) -> list[str]:
    if isinstance(sentences, str):
        raise BadInput("encoders.sentences_as_text", word=word)
    return list(sentences)
