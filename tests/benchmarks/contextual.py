"""Words in context through a model of multilingual BERT's size, or a real one, beside a bare transformers loop over the same batches.

12 layers × 768, 12 heads, 3,072, and 119,547 entries: the real configuration with random weights and a WordPiece vocabulary made
here, because only the time is of interest. Rounds of both are interleaved and medians compared, since machines are busy; the
processor time beside the clock's says the same where other work takes the cores (clearest with --threads 1).

    python tests/benchmarks/contextual.py [--rounds 3] [--sentences 1000] [--threads N] [--model e5-small]

Goals: at most 1.15 times the bare loop (1.1 times for e5-small), and less than 3 GB at the peak (measured in a process that does nothing else).
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from explorer.encoders.morpheme.storing import encoder_folder

ENTRIES = 119_547
Loop = Callable[[list[str]], None]
BATCH_TOKENS = 8192


def make_checkpoint(folder: Path) -> Path:
    """The checkpoint as transformers saves one."""
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    signs = [chr(code) for code in range(0x21, 0x7F)]
    pairs = ("".join(pair) for pair in itertools.product(syllables[::40], syllables[::25]))
    entries = [*special, *signs, *syllables, *[f"##{one}" for one in signs], *[f"##{one}" for one in syllables]]
    entries += list(itertools.islice(pairs, ENTRIES - len(entries)))
    assert len(set(entries)) == ENTRIES
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(entries) + "\n", encoding="utf-8")
    made = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=False, strip_accents=False)
    tokenizer = BertTokenizerFast(tokenizer_object=made._tokenizer, do_lower_case=False, model_max_length=512)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=ENTRIES)).save_pretrained(folder)
    return folder


def texts(count: int) -> list[str]:
    from corpora.sample import sentences

    return [one.text for one in sentences()][:count]


def bare(folder: Path) -> Loop:
    """Tokenizer and model, sorted by length, as short as it can be written."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()

    def loop(sentences: list[str]) -> None:
        lengths = [len(ids) for ids in tokenizer(sentences)["input_ids"]]
        order = sorted(range(len(sentences)), key=lengths.__getitem__)
        begin = 0
        while begin < len(order):
            end = begin + 1
            while end < len(order) and (end + 1 - begin) * lengths[order[end]] <= BATCH_TOKENS:
                end += 1
            batch = tokenizer([sentences[number] for number in order[begin:end]], padding=True, return_tensors="pt")
            with torch.inference_mode():
                model(**batch).last_hidden_state.numpy()
            begin = end

    return loop


def ours(folder: Path) -> dict[str, Loop]:
    """One word of each sentence, and every eojeol of each."""
    from explorer.encoders.open import encoder

    model = encoder(folder, device="cpu")
    model.vector("배", "배를 타고")  # Kiwi reads its dictionary at the first question

    def one_word(sentences: list[str]) -> None:
        words = [sentence.split()[0] for sentence in sentences]
        assert model.vectors(words, sentences).shape == (len(sentences), model.dim)

    def all_words(sentences: list[str]) -> None:
        for found in model.words_of(sentences):
            assert found.vectors.shape[1] == model.dim

    return {"one word a sentence": one_word, "every eojeol": all_words}


def peak(folder: Path, count: int) -> dict[str, float]:
    """Largest resident memory, in GB, of a process that opens the model and reads the sentences."""
    from explorer.encoders.open import encoder

    model = encoder(folder, device="cpu")
    opened = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sentences = texts(count)
    model.vectors([sentence.split()[0] for sentence in sentences], sentences)
    list(model.words_of(sentences))
    return {"opened": opened / 1e6, "read": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--threads", type=int, help="of torch; all cores by default")
    parser.add_argument("--folder", type=Path, help="where the checkpoint is, or is made")
    parser.add_argument("--model", help="a checkpoint by its name, such as e5-small, instead")
    parser.add_argument("--peak", action="store_true", help="print the memory of this process and nothing else")
    given = parser.parse_args()
    if given.peak:
        print(json.dumps(peak(given.folder, given.sentences)))
        return
    with tempfile.TemporaryDirectory() as room:
        folder = given.folder or (encoder_folder(given.model) if given.model else None) or Path(room) / "mbert"
        if not folder.is_dir():
            make_checkpoint(folder)
        again = [sys.executable, __file__, "--peak", "--folder", str(folder), "--sentences", str(given.sentences)]
        memory = json.loads(subprocess.run(again, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
        print(f"peak memory: {memory['opened']:.2f} GB opened, {memory['read']:.2f} GB after reading", flush=True)
        if given.threads:
            import torch

            torch.set_num_threads(given.threads)
        loops = {"bare loop": bare(folder), **ours(folder)}
        sentences = texts(given.sentences)
        for loop in loops.values():
            loop(sentences[:50])
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in loops}
        for _ in range(given.rounds):
            for name, loop in loops.items():
                clock, processor = time.perf_counter(), time.process_time()
                loop(sentences)
                taken[name].append((time.perf_counter() - clock, time.process_time() - processor))
                print(f"  {name}: {taken[name][-1][0]:.1f} s, {taken[name][-1][1]:.1f} s of the processor", flush=True)
        middle = {name: [statistics.median(one) for one in zip(*rounds, strict=True)] for name, rounds in taken.items()}
        for name in list(loops)[1:]:
            clock, processor = (mine / base for mine, base in zip(middle[name], middle["bare loop"], strict=True))
            print(
                f"{name}: {clock:.3f} × the bare loop by the clock, {processor:.3f} × in processor time, {len(sentences)} sentences"
            )


if __name__ == "__main__":
    main()
