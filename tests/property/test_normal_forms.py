"""Laws of ingest: normal forms are their own normal form, and order means nothing."""

import random
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inputs import accounts, event, run_ingest, write_table

from linkage.ingest.addresses import Network, network_map
from linkage.ingest.wordlists import mail_domains
from linkage.queries import query

LOCAL = st.text("abz09._+-", min_size=1, max_size=12)
DOMAIN = st.sampled_from(
    ["gmail.com", "googlemail.com", "yahoo.com", "outlook.com", "proton.me", "firm.io", "gmx.de"]
)


def _normal_forms(column: str, values: list[str]) -> list[tuple[Any, ...]]:
    """Run a query over one column of accounts and return its rows by account."""
    con = duckdb.connect()
    con.register("mail_domain_rows", mail_domains())
    con.execute("create table mail_domain as select * from mail_domain_rows")
    con.execute(f"create table account_row (account_ix integer, {column} varchar)")
    con.executemany("insert into account_row values (?, ?)", list(enumerate(values)))
    body = query("ingest", f"account_{column}").body
    return con.execute(f"{body} order by account_ix").fetchall()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(LOCAL, DOMAIN), min_size=1, max_size=20))
def test_the_root_of_a_mailbox_is_its_own_root(mailboxes: list[tuple[str, str]]) -> None:
    rows = _normal_forms("email", [f"{local}@{domain}" for local, domain in mailboxes])
    roots = [row[3] for row in rows]
    again = {row[0]: row[3] for row in _normal_forms("email", roots)}
    # A root whose local part is only marks, such as "+", is no mailbox any more.
    assert all(again.get(ix, root) == root for ix, root in enumerate(roots))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("0123456789+-() ", max_size=20), min_size=1, max_size=20))
def test_a_phone_number_is_its_own_normal_form(phones: list[str]) -> None:
    once = [row[1] for row in _normal_forms("phone", phones)]
    if once:
        assert [row[1] for row in _normal_forms("phone", once)] == once


NETWORKS = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 8), st.sampled_from("abc")))


@given(NETWORKS)
def test_the_longest_prefix_wins(given_: list[tuple[int, int, str]]) -> None:
    networks = []
    for number, n_free, kind in given_:
        first = number >> n_free << n_free
        networks.append(Network(4, first, first + (1 << n_free) - 1, kind))
    found = network_map(networks, 4).kinds_of(np.arange(256, dtype=np.uint64))
    for number in range(256):
        around = [n for n in networks if n.first <= number <= n.last]
        shortest = min((n.last - n.first for n in around), default=None)
        assert found[number] in {n.kind for n in around if n.last - n.first == shortest} or (
            not around and found[number] is None
        )


@pytest.mark.parametrize("seed", [1, 2])
def test_row_order_files_and_threads_change_nothing(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    ids = [f"acc{i:03}" for i in range(60)]
    rows = [
        event(draw.choice(ids), occurred_at=f"2026-05-{draw.randint(1, 28):02}T10:00:00Z",
              ip=f"84.1.{draw.randint(0, 3)}.{draw.randint(0, 9)}",
              device_id=f"d{draw.randint(0, 40)}", user_agent=f"ua{draw.randint(0, 3)}")
        for _ in range(500)
    ]
    people = [{**row, "email": f"user{i % 30}@gmail.com"} for i, row in enumerate(accounts(*ids))]
    write_table(tmp_path / "one" / "accounts.parquet", people)
    write_table(tmp_path / "one" / "events.parquet", rows)
    draw.shuffle(rows)
    draw.shuffle(people)
    write_table(tmp_path / "two" / "accounts.csv", people)
    write_table(tmp_path / "two" / "events_a.jsonl", rows[:200])
    write_table(tmp_path / "two" / "events_b.parquet", rows[200:])
    one = run_ingest(tmp_path / "one", threads=1)
    two = run_ingest(tmp_path / "two", threads=4)
    for name in ("account", "identifier", "holding", "link", "kind_summary"):
        assert one.tables[name] == two.tables[name], name
    for name in ("activity", "account_kind"):
        assert sorted(map(str, one.tables[name])) == sorted(map(str, two.tables[name])), name
