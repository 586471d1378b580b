"""Prompts at ingest: what accounts share by them, what is refused, and that no text stays."""

import random
import time
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from desks import new_desk
from inputs import KEY, accounts, event, run_ingest, write_table
from worlds import run

from linkage.cli import cli
from linkage.ingest import ingest, load_key
from linkage.ingest.known import Known
from linkage.ingest.vault import Vault
from linkage.settings import Settings
from linkage.store import Store

TEMPLATE = (
    'Refactor the module {} so that "{}" is handled, then write {} tests for it '
    "and explain each of the changes that you made in one short paragraph. {}"
)
MANY = [f"m{n:02}" for n in range(12)]


def _world(tmp_path, rows):
    write_table(tmp_path / "in" / "accounts.csv", accounts(*MANY, "x", "y"))
    write_table(tmp_path / "in" / "events.parquet", rows)
    return tmp_path / "in"


def _prompt(n):
    return TEMPLATE.format(f"src/core/x{n}.py", "None", n, "```a = 1```")


def _prose(n):
    words = ["river", "stone", "light", "winter", "garden", "paper", "copper", "silent"]
    return " ".join(random.Random(n).choices(words, k=60))


def test_a_template_that_many_share_links_them_and_few_only_corroborates(tmp_path):
    rows = [event(who, prompt=_prompt(n)) for n, who in enumerate(MANY)]
    rows += [event(who, prompt="Tell me how a river of stone may freeze") for who in "xy"]
    found = run_ingest(_world(tmp_path, rows))
    assert found.groups("prompt_template") == {frozenset(MANY)}
    assert found.groups("prompt_copy") == {frozenset("xy")}
    assert not found.groups("prompt_opening")


def test_form_links_where_no_prompt_repeats(tmp_path):
    head = "You are given the next record of our archive to translate"
    tail = "Answer in one table with three columns and nothing else"
    rows = [event(who, prompt=f"{head} {_prose(n)} {tail}") for n, who in enumerate(MANY)]
    found = run_ingest(_world(tmp_path, rows))
    shared = frozenset(MANY)
    assert not found.groups("prompt_template")
    assert found.groups("prompt_opening") == found.groups("prompt_closing") == {shared}


def test_the_same_minutes_count_where_chance_would_not_bring_them(tmp_path):
    rows = [event(who, prompt=_prompt(n), occurred_at=f"2026-05-{n + 1:02}T10:00:00Z")
            for n, who in enumerate(MANY[:4])]
    rows += [event(who, prompt=_prompt(n), occurred_at=f"2026-05-20T11:1{n}:00Z")
             for n, who in enumerate(MANY[4:8])]
    rows += [event(who, prompt=_prompt(1), occurred_at="2026-06-05T11:00:00Z") for who in "x"]
    found = run_ingest(_world(tmp_path, rows))
    assert found.groups("prompt_clock") == {frozenset(MANY[4:8])}


def test_the_order_of_a_work_list_is_shared(tmp_path):
    rows = [
        event(who, prompt=text, occurred_at=f"2026-05-01T10:{minute:02}:00Z")
        for who in "xy"
        for minute, text in enumerate((_prompt(1), _prose(1), _prose(2)))
    ]
    assert run_ingest(_world(tmp_path, rows)).groups("prompt_order") == {frozenset("xy")}


def test_system_prompts_are_a_kind_of_their_own(tmp_path):
    rows = [event("x", system_prompt=_prompt(1)), event("y", system_prompt=_prompt(2)),
            event("m00", prompt=_prompt(3))]
    found = run_ingest(_world(tmp_path, rows))
    assert found.groups("system_prompt") == {frozenset("xy")}
    assert not found.groups("prompt_copy")


def test_system_prompts_much_alike_are_one_template_which_links(tmp_path):
    system = [f"You work for our team. {_prose(1)} Always answer {how} and never at length"
              for how in ("shortly", "plainly")]
    rows = [event(who, system_prompt=system[at % 2], prompt=_prose(50 + at))
            for at, who in enumerate(MANY)]
    found = run_ingest(_world(tmp_path, rows))
    assert found.groups("system_prompt") == {frozenset(MANY)}
    assert not found.groups("prompt_template") | found.groups("prompt_copy")


HOSTILE = {
    "empty": "", "blank": " \n\t ", "ten megabytes": "word and other " * 700_000,
    "one run": "a" * 3_000_000, "chinese": "请把这个函数翻译成另一种语言并解释" * 20,
    "arabic": "اكتب تقريرا طويلا عن الطقس اليوم من فضلك " * 9, "emoji": "🙂" * 50_000,
    "controls": "".join(map(chr, range(1, 32))) * 100, "quotes": '"`' * 20_000,
    "deep code": "{[(" * 20_000, "noncharacters": "\ufffe\uffff \U0010ffff " * 50,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_any_prompt_gets_a_result(tmp_path, name, ending):
    write_table(tmp_path / "in" / "accounts.csv", accounts("x", "y"))
    write_table(tmp_path / "in" / f"events.{ending}", [
        event("x", prompt=HOSTILE[name]), event("y", prompt=HOSTILE[name]),
        event("x", prompt="an ordinary prompt of some words"),
        event("y", prompt="An ordinary prompt, of some words!"),
    ])
    found = run_ingest(tmp_path / "in")
    assert frozenset("xy") in found.groups("prompt_copy")
    assert found.report.n_quarantined == 0


def test_long_prompts_take_no_longer_than_their_first_and_last_words(tmp_path):
    """Whatever is in them: ten times ten megabytes are read within seconds."""
    texts = ["word and other " * 700_000, "`\"" * 5_000_000, "A" * 10_000_000, "a_b.C(" * 1_700_000,
             "\n.\n:" * 2_500_000, "請" * 3_500_000, "word\u2028" * 2_000_000, " " * 10_000_000,
             "\"a\" " * 2_500_000, "Aa Bb. " * 1_400_000]
    write_table(tmp_path / "in" / "accounts.csv", accounts("x", "y"))
    write_table(tmp_path / "in" / "events.parquet", [
        event("x", occurred_at=f"2026-05-01T10:00:{at:02}Z", prompt=text)
        for at, text in enumerate(texts)])
    begun = time.process_time()
    found = run_ingest(tmp_path / "in")
    assert time.process_time() - begun < 20
    assert found.report.n_quarantined == 0


def test_bytes_that_are_no_text_end_no_run(tmp_path):
    write_table(tmp_path / "in" / "accounts.csv", accounts("x", "y"))
    raw = b"\xff\xfe\x00broken"
    offsets = pa.array([0, len(raw), 2 * len(raw)], pa.int32()).buffers()[1]
    texts = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(raw * 2)])
    pq.write_table(pa.table({
        "account_id": ["x", "y"], "occurred_at": ["2026-05-01T10:00:00Z"] * 2, "prompt": texts,
    }), tmp_path / "in" / "events.parquet")
    assert run_ingest(tmp_path / "in").report.tables[1].n_rows == 2


class _Lengths:
    """Sums the characters of each account's prompts."""

    table = "prompt_length"

    def read(self, batch):
        length = np.append(pc.utf8_length(batch.texts).to_numpy(), 0)[batch.text]
        return pa.table({"account_ix": batch.account, "n_characters": pa.array(length, pa.int64()),
                         "n_prompts": (batch.text >= 0).astype(np.int64)})


def test_a_further_reader_sums_over_every_prompt(tmp_path):
    rows = [event("x", prompt="ab"), event("x", prompt="ab"), event("y", prompt="abc"),
            event("y", system_prompt="not this")]
    assert _lengths(tmp_path, _world(tmp_path, rows)) == [("x", 4, 2), ("y", 3, 1)]


def _lengths(tmp_path, folder, **said):
    """Return (account, characters, prompts) of each account, as a further reader counts them."""
    with Store(tmp_path / "store", memory_limit_mb=500, threads=2) as store:
        ingest(store, [folder], settings=Settings(**said), key=KEY, quarantine=tmp_path / "bad",
               prompt_readers=[_Lengths()])
        found = store.arrow("select account_id, n_characters, n_prompts from prompt_length "
                            "join account using (account_ix) order by 1").to_pylist()
    return [tuple(row.values()) for row in found]


@pytest.mark.parametrize("ids", [("e1", "e2", "e3"), (None, None, None)])
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_further_reader_sums_an_event_once_that_several_files_bring(tmp_path, ids, ending):
    first, second, third = (
        event(who, prompt=text, event_id=one)
        for who, text, one in zip("xxy", ("ab", "abcd", "abc"), ids, strict=True))
    write_table(tmp_path / "in" / "accounts.csv", accounts("x", "y"))
    for night, rows in enumerate(([first, second], [second, third], [third, first])):
        write_table(tmp_path / "in" / f"events_{night}.{ending}", rows)
    assert _lengths(tmp_path, tmp_path / "in", overlapping=True) == [("x", 6, 2), ("y", 3, 1)]


def test_one_event_of_two_texts_counts_as_the_least_whatever_the_order(tmp_path):
    for name, texts in (("a", ("abcd", "ab")), ("b", ("ab", "abcd"))):
        folder = tmp_path / name
        write_table(folder / "accounts.csv", accounts("x"))
        for night, text in enumerate(texts):
            write_table(folder / f"events_{night}.csv", [event("x", prompt=text, event_id="e")])
        assert _lengths(folder, folder, overlapping=True) == [("x", 2, 1)]


def test_two_events_of_one_moment_and_prompt_are_two_though_files_overlap(tmp_path):
    rows = [event("x", prompt=_prompt(1), event_id=one) for one in ("e1", "e2")]
    for night in range(2):
        write_table(tmp_path / "in" / f"events_{night}.csv", [*rows, event("y", prompt=_prompt(2))])
    write_table(tmp_path / "in" / "accounts.csv", accounts("x", "y"))
    found = run_ingest(tmp_path / "in", settings=Settings(overlapping=True))
    assert found.groups("prompt_copy") == {frozenset("xy")}
    assert sorted(row["n_events"] for row in found.tables["holding"]) == [1, 2]


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_no_prompt_text_is_in_any_file_or_message(tmp_path, ending, caplog, capfd):
    secret = "xylophonequartz"
    rows = [
        event(who, prompt=f"{secret} {_prompt(n)} {secret}", device_id="d",
              system_prompt=f"the {secret} of all that we keep in this one house")
        for n, who in enumerate(MANY)
    ] + [event("nobody", prompt=f"{secret} of a bad row")]
    write_table(tmp_path / "in" / "accounts.csv", accounts(*MANY))
    write_table(tmp_path / "in" / f"events.{ending}", rows)
    with caplog.at_level("DEBUG"):
        out = run(tmp_path / "in", tmp_path / "out", max_bad_rows=1.0)
    files = [path for path in tmp_path.rglob("*") if path.is_file()
             and not path.is_relative_to(tmp_path / "in")]
    assert any(path.is_relative_to(out) for path in files)
    for path in files:
        data = path.read_bytes().lower()
        if path.suffix == ".parquet":
            data += str(pq.read_table(path).to_pylist()).lower().encode()
        assert secret.encode() not in data, path
        assert b"refactor" not in data, path
    said = caplog.text + "".join(capfd.readouterr())
    assert secret not in said


def test_no_prompt_text_is_in_state_logs_pages_or_lists_of_two_nights(tmp_path, capfd):
    desk = new_desk(tmp_path / "desk")
    secret = "xylophonequartz"
    first = desk.drop / "first" / "events.csv"
    first.write_text(first.read_text().replace(
        "hello there", f"please refactor the {secret} of our long and winding library") + (
        f"acct-00,no instant,84.0.7.9,dev0,the {secret} of a bad row\n"
        f'"acct-01",2026-05-20T00:00:00Z,84.1.7.9,dev1,"the {secret} of a "bad line\n'))
    desk.go()
    desk.arrive()
    second = desk.drop / "second" / "events.csv"
    head, *lines = second.read_text().splitlines()
    second.write_text("\n".join([f"{head},prompt,system_prompt", *(
        f"{line},please refactor our {secret} at night,you serve the {secret} of our house"
        for line in lines)]) + "\n")
    assert desk.go().exit_code == 0
    done = CliRunner().invoke(cli, [
        "export", str(desk.out), "--to", str(tmp_path / "lists"),
        "--state", str(desk.folder / "state"), "--format", "csv,jsonl,parquet,stix",
        "--min-tier", "watch", "--approve",
    ])
    assert done.exit_code == 0, done.output
    files = [path for path in tmp_path.rglob("*")
             if path.is_file() and not path.is_relative_to(desk.drop)]
    assert len(files) > 30
    key = load_key(Settings(key_file=desk.folder / "state" / "key"))
    known = Known(desk.folder / "state" / "known", key)
    encrypted = {entry.folder for entry in known.entries()} | {
        path.name for name in ("gathered", "banded")
        for path in (desk.folder / "state" / name).iterdir()}
    assert len(encrypted) > 2
    for path in files:
        data = path.read_bytes().lower()
        if path.parent.name in encrypted and path.suffix == ".parquet":
            rows = Vault(path.parent, key).read(path.stem)
            data += str(rows.to_pylist()).lower().encode()
        elif path.suffix == ".parquet":
            data += str(pq.read_table(path).to_pylist()).lower().encode()
        assert secret.encode() not in data, path
        assert b"winding library" not in data, path
    assert secret not in done.output + "".join(capfd.readouterr())


def test_prompts_stream_and_are_never_all_in_memory(tmp_path):
    words = " ".join(_prose(1) for _ in range(8))
    for part in range(2):
        write_table(tmp_path / "in" / f"events_{part}.parquet", [
            event(f"a{at % 3_000}", occurred_at=datetime(2026, 5, 1), prompt=f"{part} {at} {words}")
            for at in range(8_000)])
    write_table(tmp_path / "in" / "accounts.csv", accounts(*(f"a{at}" for at in range(3_000))))
    with Store(tmp_path / "store", memory_limit_mb=30, threads=1) as store:
        # The texts are 50 MB: kept, they would have to be put on the disk.
        store.connection.execute("set max_temp_directory_size = '1MiB'")
        ingest(store, [tmp_path / "in"], settings=Settings(), key=KEY, quarantine=tmp_path / "bad")
        assert store.count("holding") == 3_000
