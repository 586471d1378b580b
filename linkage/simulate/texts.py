"""Prompt text: templates with slots for those who work through one, chat for the others."""

import numpy as np
import pyarrow as pa

from linkage.simulate.draft import Draft
from linkage.simulate.hashing import Ints, below
from linkage.simulate.values import MUTATING, encoded, joined
from linkage.simulate.words import ADJECTIVES, FILLERS, NOUNS, SYNONYMS, TOPICS, VERBS

_EXTENSIONS = ("py", "ts", "go", "rs", "java", "c", "sql", "md")
_VARIANTS = 64


def template_texts(
    rng: np.random.Generator, templates: Ints, account: Ints
) -> pa.Array:
    """Return one prompt per row, from the template of that row.

    A mutating template is paraphrased in one of 64 ways, chosen per account.
    """
    variant = np.where((templates & MUTATING) != 0, below(_VARIANTS, 81, account), 0)
    places, codes = encoded(templates * _VARIANTS + variant)
    skeletons = [_skeleton(int(code) // _VARIANTS, int(code) % _VARIANTS) for code in codes]
    parts = [pa.array([skeleton[k] for skeleton in skeletons]).take(places) for k in range(3)]
    return joined([parts[0], _items(rng, len(account)), parts[1], _items(rng, len(account)),
                   parts[2]])


def _skeleton(template: int, variant: int) -> tuple[str, str, str]:
    """Return the fixed text of a template: before, between and after its two slots."""
    rng = np.random.default_rng([83, template])
    parts = [_instructions(rng, int(rng.integers(2, 4))) for _ in range(3)]
    if variant:
        own = np.random.default_rng([84, template, variant])
        parts = [_paraphrased(own, part) for part in parts]
    return f"{parts[0]} Input: ", f". {parts[1]} Target: ", f". {parts[2]}"


def _instructions(rng: np.random.Generator, n: int) -> str:
    """Return a few sentences of instructions."""
    def word(words: tuple[str, ...]) -> str:
        return words[int(rng.integers(0, len(words)))]

    sentences = []
    for _ in range(n):
        sentence = (f"{word(VERBS)} the {word(ADJECTIVES)} {word(NOUNS)} {word(FILLERS)} the"
                    f" {word(NOUNS)} {word(FILLERS)} {word(ADJECTIVES)} {word(TOPICS)}")
        sentences.append(sentence.capitalize())
    return ". ".join(sentences) + "."


def _paraphrased(rng: np.random.Generator, text: str) -> str:
    """Swap synonyms, and one other word in eight."""
    words = []
    for word in text.split():
        bare = word.rstrip(".").lower()
        if bare in SYNONYMS and rng.random() < 0.6:
            words.append(SYNONYMS[bare] + word[len(bare) :])
        elif rng.random() < 0.12 and not word.endswith("."):
            words.append(ADJECTIVES[int(rng.integers(0, len(ADJECTIVES)))])
        else:
            words.append(word)
    return " ".join(words)


def _items(rng: np.random.Generator, n: int) -> pa.Array:
    """Return work items: a file, a topic and a number."""
    return joined([
        _some(rng, VERBS, n), pa.scalar("_"), _some(rng, NOUNS, n), pa.scalar("/"),
        _some(rng, TOPICS, n), _integers(rng, 10_000, n), pa.scalar("."),
        _some(rng, _EXTENSIONS, n),
    ])


def chat_texts(rng: np.random.Generator, n: int) -> pa.Array:
    """Return one prompt per row, as people type them: no two alike, but for chance."""
    space = pa.scalar(" ")
    opening = joined([_some(rng, VERBS, n), space, _some(rng, FILLERS, n), space,
                      _some(rng, ADJECTIVES, n), space, _some(rng, NOUNS, n)])
    middle = joined([_some(rng, FILLERS, n), space, _some(rng, TOPICS, n), space,
                     _some(rng, FILLERS, n), space, _some(rng, NOUNS, n)])
    closing = joined([space, _some(rng, FILLERS, n), space, _some(rng, ADJECTIVES, n), space,
                      _some(rng, TOPICS, n), space, _integers(rng, 500, n)])
    is_long = pa.array(rng.random(n) < 0.6)
    return joined([opening, space, middle, pa.compute.if_else(is_long, closing, "")])


def system_prompt_texts(draft: Draft, account: Ints, chance: Ints) -> pa.Array:
    """Return the system prompt of each row: the group's own, an SDK's, or null."""
    first, last = draft.system_prompts.first[account], draft.system_prompts.first[account + 1]
    own = np.where(last > first, draft.system_prompts.code[np.minimum(
        first, len(draft.system_prompts.code) - 1)] if len(draft.system_prompts.code) else 0, -1)
    codes = np.where(own >= 0, own + 2, chance)
    places, distinct = encoded(codes)
    texts = [
        None if code < 0 else "You are a helpful assistant." if code < 2
        else "You work for one team. " + _instructions(np.random.default_rng([85, int(code)]), 4)
        for code in distinct.tolist()
    ]
    return pa.array(texts, pa.string()).take(places)


def _some(rng: np.random.Generator, words: tuple[str, ...], n: int) -> pa.Array:
    """Return n words of a list."""
    return pa.array(words).take(pa.array(rng.integers(0, len(words), n)))


def _integers(rng: np.random.Generator, below_: int, n: int) -> pa.Array:
    """Return n numbers as text."""
    return pa.compute.cast(pa.array(rng.integers(0, below_, n)), pa.string())
