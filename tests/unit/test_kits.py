"""Software, networks and issuers that come together are one kit; what a town shares is none."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from inputs import accounts, event, run_ingest, write_table

from linkage.ingest.kits import AGAINST_CHANCE, CONTAINED, FEWEST, OVERLAP, kits

OPERATOR = [f"o{at:02d}" for at in range(20)]
TOWN = [f"t{at:02d}" for at in range(60)]
OTHERS = [f"x{at:03d}" for at in range(200)]


def _kits(tmp_path: Path, events, payments=()):
    ids = sorted({row["account_id"] for row in events})
    write_table(tmp_path / "in" / "accounts.csv", accounts(*ids))
    write_table(tmp_path / "in" / "events.csv", events)
    if payments:
        write_table(tmp_path / "in" / "payments.csv", payments)
    return run_ingest(tmp_path / "in").groups("kit")


def _town():
    """Neighbours, and people from everywhere with the same browsers."""
    return [
        event(who, ip=f"84.1.1.{at}" if who in TOWN else f"85.{at}.1.1",
              user_agent=f"browser {at % 3}")
        for at, who in enumerate((*TOWN, *OTHERS))
    ]


def test_a_tool_and_the_network_it_comes_from_are_a_kit(tmp_path):
    events = [event(who, ip=f"77.2.2.{at}", user_agent="bot/1") for at, who in enumerate(OPERATOR)]
    assert _kits(tmp_path, [*events, *_town()]) == {frozenset(OPERATOR)}


def test_whoever_has_two_of_three_has_the_kit(tmp_path):
    events = [
        event(who, user_agent="bot/1" if at < 15 else "browser 0", ip=f"77.2.2.{at}")
        for at, who in enumerate(OPERATOR)
    ]
    payments = [
        {"account_id": who, "bin": "400000", "instrument_id": f"c{who}"}
        for who in (*OPERATOR[2:], *TOWN[:3])
    ]
    assert _kits(tmp_path, [*events, *_town()], payments) == {frozenset(OPERATOR)}


def test_people_of_one_town_have_no_kit_however_alike_their_networks_and_banks(tmp_path):
    payments = [{"account_id": who, "bin": "400000", "instrument_id": f"c{who}"} for who in TOWN]
    assert _kits(tmp_path, _town(), payments) == set()


def test_two_kinds_of_software_are_no_kit(tmp_path):
    events = [
        event(who, ip=f"84.2.{at}.1", user_agent="bot/1", tls_fingerprint="t1")
        for at, who in enumerate(OPERATOR)
    ]
    assert _kits(tmp_path, [*events, *_town()]) == set()


def test_addresses_that_strangers_share_are_of_no_kit(tmp_path):
    events = [event(who, ip=f"77.2.2.{at}", user_agent="bot/1") for at, who in enumerate(OPERATOR)]
    write_table(tmp_path / "in" / "networks.csv", [{"cidr": "77.2.0.0/16", "kind": "cgnat"}])
    assert _kits(tmp_path, [*events, *_town()]) == set()


@given(seed=st.integers(0, 10**6), n_values=st.integers(0, 9), n=st.integers(1, 60))
def test_kits_are_what_brute_force_finds(seed, n_values, n):
    rng, n_accounts = np.random.default_rng(seed), 4 * n
    family = rng.integers(0, 3, n_values)
    base = rng.random((n, 3)) < 0.5
    has = [set(np.flatnonzero(base[:, rng.integers(3)] ^ (rng.random(n) < 0.15)).tolist())
           for _ in range(n_values)]
    account = np.array([who for one in has for who in sorted(one)], dtype=np.int64)
    value = np.repeat(np.arange(n_values), [len(one) for one in has])
    head = list(range(n_values))
    tied = set()
    for i in range(n_values):
        for j in range(n_values):
            both = len(has[i] & has[j])
            few, many = sorted((len(has[i]), len(has[j])))
            if (family[i] == 0) and (family[j] != 0) and both >= FEWEST \
                    and both >= OVERLAP * many and both >= CONTAINED * few \
                    and both * n_accounts >= AGAINST_CHANCE * few * many:
                tied |= {i, j}
                low, high = sorted((head[i], head[j]))
                head = [low if one == high else one for one in head]
    expected = [head[at] if at in tied else -1 for at in range(n_values)]
    assert kits(account, value, family, n_accounts).tolist() == expected
