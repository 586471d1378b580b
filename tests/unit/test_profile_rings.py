"""What rings are after, in words."""

import numpy as np

from linkage.profile import KEYS, shares, sums
from linkage.rings.profile import Profile, read_profile, sentence


def _asked(n_accounts: int, **n_prompts: int) -> np.ndarray:
    """Accounts that all ask for the same."""
    rows = np.zeros((n_accounts, len(KEYS)), np.int64)
    for key, n in n_prompts.items():
        rows[:, KEYS.index(key)] = n
    return rows


def _said(ring: np.ndarray, others: np.ndarray) -> str:
    return sentence(shares(sums(ring), sums(others)))


EVERYONE = np.vstack([_asked(950, chat=19, software_engineering=1), _asked(50, tool_use=20)])


def test_a_ring_after_one_thing_is_said_to_be():
    said = _said(_asked(40, tool_use=7, chat=3), EVERYONE)
    assert said == "after agentic work and tool use, 14 times the population (70% of its prompts)"


def test_two_things_are_named_by_how_much_they_tell():
    said = _said(_asked(40, tool_use=5, software_engineering=5), EVERYONE)
    assert said == (
        "after software engineering, 11 times the population (50% of its prompts); "
        "agentic work and tool use, 10 times the population (50% of its prompts)"
    )


def test_a_ring_like_everyone_is_after_nothing():
    said = _said(_asked(40, chat=19, software_engineering=1), EVERYONE)
    assert said == "asks for what everyone does, mostly ordinary chat (95%)"


def test_chat_is_never_what_a_ring_is_after():
    said = _said(_asked(40, chat=10), _asked(900, chat=1, tool_use=9))
    assert said == "asks for what everyone does, mostly ordinary chat (100%)"


def test_three_accounts_with_a_prompt_each_say_little():
    said = _said(_asked(3, software_engineering=1), _asked(900, chat=1, software_engineering=1))
    assert said.startswith("asks for what everyone does")


def test_what_nobody_else_asks_for_has_no_times():
    said = _said(_asked(40, safe_rewriting=10), EVERYONE)
    assert said == (
        "after censorship-safe rewriting, which nobody else asks for (100% of its prompts)"
    )


def test_a_profile_is_read_as_it_was_written():
    found = shares(sums(_asked(8, tool_use=4, chat=4)), sums(_asked(8, chat=4)))
    profile = Profile(sentence(found), 8, 64, found)
    again = read_profile(profile.text)
    assert again is not None
    assert again.text == profile.text
    assert read_profile(None) is None
