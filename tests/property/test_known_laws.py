"""What is known of files says what the files say: same tables, same quarantine, same counts."""

import shutil
from dataclasses import replace
from unittest import mock

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from inputs import accounts, event, known_files, run_ingest, write_table

from linkage.ingest import folded_events
from linkage.profile import CapabilityReader
from linkage.settings import Settings

READERS = (CapabilityReader(),)
SETTINGS = Settings(max_bad_rows=1.0, overlapping=True)
PROMPTS = (
    "Please write a function in Python that sorts a list of numbers and returns it",
    "Summarise this article in three short sentences for a general reader, thanks a lot",
    "hello", "", None,
)
WORDS = tuple(f"word{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(36))
# Much like one another: which of them there are says whose template the others have.
ALIKE = tuple(" ".join([*WORDS[:at], "kindly", *WORDS[at + 1:]]) for at in range(2, 34, 4))

row = st.fixed_dictionaries({
    "account_id": st.sampled_from(["a", "b", "c", "stranger", "late", "", None]),
    "occurred_at": st.sampled_from([
        "2026-05-01T10:00:00Z", "2026-05-01T10:05:00Z", "2026-05-09T00:00:00Z", "soon", None]),
    "ip": st.sampled_from(["84.1.7.9", "2a00:1::7", "10.0.0.1", "not an address", "", None]),
    "device_id": st.sampled_from(["dev1", "dev2", "", None]),
    "session_id": st.sampled_from(["s1", None]),
    "model": st.sampled_from(["m1", "m2", None]),
    "event_id": st.sampled_from(["e1", "e2", None]),
    "event_type": st.sampled_from(["conversation", "login", None]),
    "prompt": st.sampled_from(PROMPTS + ALIKE),
    "system_prompt": st.sampled_from(["You are a helpful assistant that reviews code", None]),
})
night = st.tuples(st.sampled_from(["csv", "parquet", "jsonl", "csv.gz"]), st.lists(row, max_size=8))


def _sorted(found):
    return {name: sorted(rows, key=str) for name, rows in found.tables.items()}


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(nights=st.lists(night, min_size=1, max_size=4), order=st.randoms(use_true_random=False),
       snapshot=st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=5),
       n_latest=st.integers(0, 1))
def test_what_is_known_says_what_the_files_say(
    tmp_path_factory, nights, order, snapshot, n_latest
):
    place = tmp_path_factory.mktemp("known")
    folder = place / "in"
    write_table(folder / "accounts_1.csv", accounts("a", "b", email="x@corp.example"))
    write_table(folder / "accounts_2.parquet", accounts("b", "c", "c", phone="+4912345678"))
    write_table(folder / "accounts_3.csv", [
        {"account_id": who, "country": "fr", "created_at": "2026-05-01"} for who in snapshot])
    write_table(folder / "payments.csv", [
        {"account_id": who, "paid_at": "2026-05-02", "instrument_id": "card", "amount_usd": 1}
        for who in ("a", "b", "nobody")])
    write_table(folder / "identifiers.jsonl", [
        {"account_id": who, "kind": kind, "value": "84.1.7.9"}
        for who, kind in (("a", "ip"), ("b", "ip"), ("a", "key"), ("c", "key"))])
    for at, (ending, rows) in enumerate(nights):
        write_table(folder / f"events_{at}.{ending}", [event("a", prompt=PROMPTS[0]), *rows])
    whole = run_ingest(folder, settings=SETTINGS, readers=READERS)
    every = known_files(folder, place / "known", readers=READERS)
    # Some files come first, in any order, and are gone when the others come.
    others = [file.path for file in every.files if "accounts_1" not in file.path]
    order.shuffle(others)
    late = set(others[:order.randint(0, len(others))])
    early = tuple(file for file in every.files if file.path not in late)
    then = tuple(
        file if file.path in late else replace(file, source=None) for file in every.files)
    gone = tuple(replace(file, source=None) for file in every.files)
    # Whatever can be summed is, and the last night reads what the two before it summed.
    with mock.patch.multiple(folded_events, N_LATEST=n_latest, MANY_FILES=1):
        for files in (early, then, gone):
            shutil.rmtree(place / "in-quarantine", ignore_errors=True)
            found = run_ingest(
                folder, settings=SETTINGS, readers=READERS, known=replace(every, files=files))
            if files is not early:
                assert _sorted(found) == _sorted(whole)
                assert found.quarantine == whole.quarantine
                assert found.report.tables == whole.report.tables
                assert found.report.files == whole.report.files
                assert found.report.notes == whole.report.notes
    shutil.rmtree(place)


def test_no_template_is_named_after_what_an_unknown_account_wrote(tmp_path):
    for at, strange in enumerate(ALIKE):
        folder = tmp_path / str(at) / "in"
        others = [text for text in ALIKE if text != strange]
        write_table(folder / "accounts.csv", accounts("a", "b"))
        write_table(folder / "events_1.csv", [
            event("stranger", prompt=strange),
            *(event(who, prompt=text) for who, text in zip("abab", others, strict=False))])
        whole = run_ingest(folder, settings=SETTINGS)
        known = known_files(folder, tmp_path / str(at) / "known")
        found = run_ingest(folder, settings=SETTINGS, known=known)
        assert _sorted(found) == _sorted(whole)
        # A known one that wrote the same makes it count.
        write_table(folder / "accounts.csv", accounts("a", "b", "stranger"))
        assert _sorted(run_ingest(folder, settings=SETTINGS)) != _sorted(whole)
        known = known_files(folder, tmp_path / str(at) / "known")
        found = run_ingest(folder, settings=SETTINGS, known=known)
        assert _sorted(found) == _sorted(run_ingest(folder, settings=SETTINGS))
