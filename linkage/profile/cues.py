"""Which capability each prompt asks for, by the cues in ``cues.toml``.

Cues, not weights learnt from prompts: of linear models trained on public sets, none found a
third of a capability's prompts in a set that it was not trained on.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.profile.capabilities import KEYS
from linkage.profile.tokens import Hashes, Ints, Tokens, pairs, tokens

THRESHOLD = 4
"""Weight of cues that decides, in a prompt of ``N_PLAIN_TOKENS`` or fewer."""
N_PLAIN_TOKENS = 64
"""Tokens past which cues also fall in by chance: the threshold grows with their square root."""
_CHAT, _OTHER = KEYS.index("chat"), KEYS.index("other")
_SIEVE = np.uint64(0xFFFF)


@dataclass(frozen=True)
class Cues:
    """The cues as tables that are looked up by number."""

    sieve: npt.NDArray[np.bool_]
    """(65,536,) whether any spelling's number ends in these 16 bits: spares most look-ups."""
    numbers: Hashes
    """(n_spellings,) numbers of tokens and pairs, ascending."""
    cue: Ints
    """(n_spellings,) the cue of each."""
    capability: Ints
    """(n_cues,) place in ``CAPABILITIES``."""
    weight: Ints
    """(n_cues,) 1, 2 or 4."""


def capabilities_of(texts: pa.StringArray) -> Ints:
    """Return the capability that each prompt asks for.

    Parameters
    ----------
    texts
        (n_texts,) prompts; of long ones, the beginning and the end are read.

    Returns
    -------
    numpy.ndarray
        (n_texts,) places in ``CAPABILITIES``. A prompt that nothing speaks for is ``chat``,
        in any language; one without words is ``other``.

    Examples
    --------
    >>> import pyarrow as pa
    >>> texts = pa.array(["Fix the bug in this Python script.", "Was koche ich heute?", ""])
    >>> [KEYS[k] for k in capabilities_of(texts)]
    ['software_engineering', 'chat', 'other']
    """
    known = _cues()
    single = tokens(texts)
    text, cue = _found(known, (single, pairs(single)))
    scores = np.bincount(
        text * len(KEYS) + known.capability[cue], weights=known.weight[cue],
        minlength=single.n_texts * len(KEYS),
    ).reshape(single.n_texts, len(KEYS))
    n_tokens = np.bincount(single.text, minlength=single.n_texts)
    # Of equal scores the later capability wins: the rarer ones come after the common ones.
    best = _CHAT - scores[:, : _CHAT + 1][:, ::-1].argmax(axis=1)
    highest = scores[np.arange(len(best)), best]
    decides = highest**2 * N_PLAIN_TOKENS >= THRESHOLD**2 * np.maximum(n_tokens, N_PLAIN_TOKENS)
    undecided = np.where(n_tokens > 0, _CHAT, _OTHER)
    return np.where(decides, best, undecided)


def _found(known: Cues, parts: Sequence[Tokens]) -> tuple[Ints, Ints]:
    """Return the cues of each text, each once: (text, cue) in order."""
    keys = []
    for part in parts:
        may_be = np.flatnonzero(known.sieve[part.hashes & _SIEVE])
        hashes = part.hashes[may_be]
        at = np.minimum(np.searchsorted(known.numbers, hashes), len(known.numbers) - 1)
        is_cue = known.numbers[at] == hashes
        keys.append(part.text[may_be[is_cue]] * len(known.weight) + known.cue[at[is_cue]])
    ordered = np.sort(np.concatenate(keys))
    # np.unique hashes: 50 times slower here than a sort and a look at the neighbour.
    once = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return once // len(known.weight), once % len(known.weight)


@cache
def _cues() -> Cues:
    """Read the cues of the package."""
    written = tomllib.loads(
        files("linkage").joinpath("profile", "cues.toml").read_text(encoding="utf-8")
    )
    entries = [
        (KEYS.index(key), int(weight), spellings)
        for key, by_weight in written.items()
        for weight, cues in by_weight.items()
        for spellings in cues
    ]
    spelled = [
        (spelling, cue)
        for cue, (*_, spellings) in enumerate(entries)
        for spelling in spellings.split(" | ")
    ]
    found = _numbers([spelling for spelling, _ in spelled])
    order = np.argsort(found, kind="stable")
    sieve = np.zeros(int(_SIEVE) + 1, dtype=np.bool_)
    sieve[found & _SIEVE] = True
    return Cues(
        sieve, found[order], np.array([cue for _, cue in spelled])[order],
        np.array([capability for capability, *_ in entries]),
        np.array([weight for _, weight, _ in entries]),
    )


def _numbers(spellings: Sequence[str]) -> Hashes:
    """Return the number of each spelling: of its token, or of its pair of tokens."""
    single = tokens(pa.array(spellings))
    double = pairs(single)
    n = np.bincount(single.text, minlength=len(spellings))
    bad = [spelling for spelling, k in zip(spellings, n, strict=True) if k not in (1, 2)]
    if bad:
        raise ValueError(f"a cue is one token or two, got {bad}")
    numbers = single.hashes[np.searchsorted(single.text, np.arange(len(spellings)))]
    numbers[double.text] = double.hashes
    return numbers
