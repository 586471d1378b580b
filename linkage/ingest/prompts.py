"""Sketches of prompts: what stays of a text once the text is dropped."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]

N_OPENING_WORDS = 8


@dataclass(frozen=True)
class PromptBatch:
    """Some prompts while their text is at hand, equal ones folded."""

    texts: pa.StringArray
    """(n_texts,) distinct prompts, none null; very long ones cut in the middle."""
    text: Ints
    """(n_events,) index into ``texts`` of each event's prompt."""
    account: Ints
    """(n_events,) ``account_ix`` of each event; bad and left-out events are not in it."""
    occurred_at: Ints
    """(n_events,) microseconds since the epoch, UTC."""


class PromptReader(Protocol):
    """Whoever else wants to read prompts in the one pass in which there is text.

    A batch has no order and no meaning of its own: rows, files and threads fall differently
    each time. What is returned must therefore add up whatever the split, in whole numbers,
    and must hold no text.
    """

    table: str
    """The stage table that the rows of :meth:`read` are added up in, by ``account_ix``."""

    def read(self, batch: PromptBatch) -> pa.Table:
        """Return rows of ``account_ix`` (BIGINT) and BIGINT columns to sum per account.

        Called by several threads at once, with batches of at most some thousand events.
        """
        ...


@dataclass(frozen=True)
class PromptCodes:
    """Three expressions of the engine, each a 64-bit number or null."""

    prompt: str
    """Of the prompt's skeleton."""
    opening: str
    """Of the skeleton's first words."""
    system: str
    """Of the system prompt's skeleton."""


class PromptSketcher(Protocol):
    """Turns the columns of prompts into numbers that equal templates share."""

    def codes(self) -> PromptCodes:
        """Return expressions over the columns ``prompt`` and ``system_prompt``."""
        ...


class SkeletonSketcher:
    """Masks what varies in a prompt and hashes the words that stay.

    Code blocks, quoted text, addresses, paths and numbers become one mark; case,
    punctuation and white space go. Prompts of one template then have one skeleton.
    """

    def codes(self) -> PromptCodes:
        """Return expressions over the columns ``prompt`` and ``system_prompt``."""
        skeleton = skeleton_of("prompt")
        first = rf"'^(?:\S+ ){{{N_OPENING_WORDS}}}'"
        # An opening says something only where a body of some length follows it.
        enough = rf"'^(?:\S+ ){{{2 * N_OPENING_WORDS - 1}}}\S'"
        opening = (
            f"case when regexp_matches({skeleton}, {enough}) "
            f"then regexp_extract({skeleton}, {first}) end"
        )
        return PromptCodes(
            _code(skeleton), _code(opening), _code(skeleton_of("system_prompt"))
        )


_VARYING = (
    r"```.*?```"  # code
    r"|`[^`\n]*`"
    r'|"[^"\n]*"|“[^”\n]*”'  # quoted text; a bounded repeat is 35 times slower
    r"|[a-z][a-z0-9+.-]*://\S+|\S+@\S+"  # addresses
    r"|(?:[a-z]:|[\w.~-]+)?(?:[/\\][\w.~-]+){2,}[/\\]?"  # paths
    r"|\b[0-9a-f]*[0-9][0-9a-f]*(?:[.,:/-][0-9a-f]*[0-9][0-9a-f]*)*\b"  # numbers, hashes
)


def skeleton_of(column: str) -> str:
    """Return the expression of the skeleton of a text column; null when fewer than 3 words."""
    masked = f"regexp_replace(lower({column}), '{_VARYING}', ' # ', 'gs')"
    # Single blanks between words are left as they are: half the replacements.
    words = (
        rf"regexp_replace({masked}, ' *[^\p{{L}}\p{{M}}# ][^\p{{L}}\p{{M}}#]*|  +', ' ', 'g')"
    )
    packed = f"trim(regexp_replace({words}, '#( ?#)*', '#', 'g'))"
    return rf"case when regexp_matches({packed}, '\p{{L}} .*\p{{L}} .*\p{{L}}') then {packed} end"


def _code(text: str) -> str:
    """Return the expression of a text's number; null for null."""
    return f"md5_number_lower({text})"
