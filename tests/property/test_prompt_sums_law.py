"""Prompts in sums say what the prompts say, whatever is alone on one night and not on the next."""

import shutil
from contextlib import ExitStack
from dataclasses import replace
from unittest import mock

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from inputs import KEY, accounts, event, known_files, run_ingest, write_table

from linkage.ingest import folded_events
from linkage.ingest.aging import forget_in_known
from linkage.ingest.folded_events import FoldedEvents
from linkage.settings import Settings

SETTINGS = Settings(max_bad_rows=1.0, overlapping=True)
WORDS = tuple(f"word{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(36))
# Much like the first, and too short for an opening: of one template, though each is sent once.
ALIKE = tuple(" ".join([*WORDS[:at], "kindly", *WORDS[at + 1:14]]) for at in (14, *range(14)))
LONG = tuple(" ".join([*WORDS[:at], "kindly", *WORDS[at + 1:]]) for at in (2, 9))
SHORT = tuple(f"please sort list {word} for me today" for word in WORDS[:8])
# Long enough for an opening, a closing and a structure.
BUILT = tuple(
    f"# Task\n- read the {noun}\n- list every {noun} you find\n\n1. first {noun}\n2. second one\n\n"
    f"Then write what the {noun} say in a table with two columns, and nothing else at all."
    for noun in ("apples", "pears", "plums"))
SYSTEMS = ("You are a helpful assistant that reviews code", None)
WHO = [*"abc", *(f"m{at}" for at in range(12)), "tester"]
FORGOTTEN = {"a", "m3"}

sent = st.tuples(
    st.sampled_from(WHO), st.integers(1, 28), st.integers(0, 3),
    st.sampled_from([*ALIKE, *LONG, *SHORT, *BUILT, "hello", None]), st.sampled_from(SYSTEMS))
nights = st.lists(st.lists(sent, min_size=1, max_size=20), min_size=2, max_size=4)


def _tables(found):
    return {name: sorted(rows, key=str) for name, rows in found.tables.items()}


def _write(folder, nights, *, without=(), since=None):
    """Write the events of some nights, and the accounts."""
    people = [*accounts(*(who for who in WHO[:-1] if who not in without), is_test="false"),
              *accounts(WHO[-1], is_test="true")]
    write_table(folder / "accounts.csv", people)
    for at, rows in nights.items():
        events = [
            event(who, f"2026-05-{day:02d}T0{hour}:00:00Z", event_id=f"{at}-{no}", prompt=prompt,
                  system_prompt=system)
            for no, (who, day, hour, prompt, system) in enumerate(rows)
            if who not in without and (since is None or (day, hour) >= since)]
        if events:
            write_table(folder / f"events_{at}.csv", events)


def _whole(folder, nights, **which):
    """Return what one run over everything finds."""
    _write(folder, nights, **which)
    return _tables(run_ingest(folder, settings=SETTINGS))


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(nights=nights, takes_up=st.booleans(), then=st.sampled_from(["stays", "forgets", "ages"]))
def test_prompts_in_sums_say_what_the_prompts_say(tmp_path_factory, nights, takes_up, then):
    place = tmp_path_factory.mktemp("sums")
    folder, state = place / "in", place / "known"
    crowd = [(who, 5, 1, BUILT[0], None) for who in WHO[:11]]
    so_far = {}
    with ExitStack() as stack:
        stack.enter_context(mock.patch.multiple(folded_events, N_LATEST=0, MANY_FILES=1))
        if not takes_up:
            stack.enter_context(mock.patch.object(FoldedEvents, "_taken_up", return_value=[]))
        for at, rows in enumerate([crowd, *nights]):
            so_far[at] = rows
            _write(folder, so_far)
            known = known_files(folder, state)
            found = run_ingest(folder, settings=SETTINGS, known=known)
            assert _tables(found) == _whole(place / f"whole-{at}", so_far)
        if then == "ages":
            newest = max((day, hour) for rows in so_far.values() for _, day, hour, *_ in rows)
            known = replace(known, retention_days=6)
            found = run_ingest(folder, settings=SETTINGS, known=known)
            since = (newest[0] - 6, newest[1])
            assert _tables(found) == _whole(place / "young", so_far, since=since)
        if then == "forgets":
            assert forget_in_known(state, FORGOTTEN, KEY)
            gone = replace(known, files=tuple(replace(file, source=None) for file in known.files))
            found = run_ingest(folder, settings=SETTINGS, known=gone)
            assert _tables(found) == _whole(place / "others", so_far, without=FORGOTTEN)
    shutil.rmtree(place)
