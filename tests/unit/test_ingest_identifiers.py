"""Normal forms, holdings and labels, each against a small answer a person can check."""

from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from inputs import Ingested, accounts, event, run_ingest, write_table

from linkage.own_data import KindSettings
from linkage.settings import Settings

EMAIL_ROOTS = [
    ("john.smith@gmail.com", "J.O.H.N.Smith+work@googlemail.com", True),
    ("john.smith@outlook.com", "johnsmith@outlook.com", False),
    ("jo@outlook.com", "jo+a@outlook.com", True),
    ("jo@fastmail.com", "jo+x@fastmail.com", True),
    ("j.o@proton.me", "jo+x@protonmail.com", True),
    ("jo@icloud.com", "jo+x@me.com", True),
    ("jo@yahoo.com", "jo-shop@yahoo.com", True),
    ("jo@yahoo.com", "jo+shop@yahoo.com", False),
    ("jo@company.com", "jo+x@company.com", False),
    ("jo@gmail.com", "jo@gmail.com.", True),
]


def _pair(tmp_path: Path, column: str, left: Any, right: Any) -> Ingested:
    """Ingest two accounts that differ in one column."""
    rows = [{"account_id": "a", column: left}, {"account_id": "b", column: right}]
    write_table(tmp_path / "in" / "accounts.csv", rows)
    write_table(tmp_path / "in" / "events.csv", [event("a")])
    return run_ingest(tmp_path / "in")


def _events(tmp_path: Path, *rows: dict[str, Any], **tables: list[dict[str, Any]]) -> Ingested:
    """Ingest events of the accounts a, b, c."""
    write_table(tmp_path / "in" / "accounts.csv", accounts("a", "b", "c"))
    write_table(tmp_path / "in" / "events.csv", rows or [event("a")])
    for name, others in tables.items():
        write_table(tmp_path / "in" / f"{name}.csv", others)
    return run_ingest(tmp_path / "in")


@pytest.mark.parametrize(("left", "right", "shared"), EMAIL_ROOTS)
def test_aliases_of_one_mailbox_have_one_root(
    tmp_path: Path, left: str, right: str, shared: bool
) -> None:
    assert bool(_pair(tmp_path, "email", left, right).groups("email_root")) is shared


@pytest.mark.parametrize(("left", "right", "shared"), [
    ("maria.lopez01@gmail.com", "maria.lopez_77@gmail.com", True),
    ("maria01@gmx.de", "maria-02@gmx.de", True),
    ("abc01@gmail.com", "abc02@gmail.com", False),
    ("maria@gmail.com", "maria7@gmail.com", False),
    ("maria01@gmail.com", "maria02@gmx.de", False),
])
def test_numbered_mailboxes_have_one_stem(
    tmp_path: Path, left: str, right: str, shared: bool
) -> None:
    assert bool(_pair(tmp_path, "email", left, right).groups("email_stem")) is shared


@pytest.mark.parametrize(("domain", "domain_class", "shared"), [
    ("gmail.com", "public", False), ("mailinator.com", "disposable", True),
    ("tiny-firm.io", "other", True),
])
def test_only_domains_that_are_not_public_are_shared(
    tmp_path: Path, domain: str, domain_class: str, shared: bool
) -> None:
    found = _pair(tmp_path, "email", f"left@{domain.upper()}", f"right@{domain}")
    assert found.tables["account"][0]["domain_class"] == domain_class
    assert found.tables["account"][0]["email_domain"] == domain
    assert bool(found.groups("email_domain")) is shared


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "@x.com", "a b@x.com", "a@x@"])
def test_what_is_no_mailbox_has_no_domain(tmp_path: Path, email: str) -> None:
    found = _pair(tmp_path, "email", email, email)
    assert found.tables["account"][0]["domain_class"] == "none"
    assert not found.groups("email_root")


@pytest.mark.parametrize(("left", "right", "shared"), [
    ("+49 (170) 555-1234", "00491705551234", True), ("12345", "12345", False),
    ("+1 555 0100 200", "1.555.0100.200", True),
])
def test_phone_numbers_are_digits(tmp_path: Path, left: str, right: str, shared: bool) -> None:
    assert bool(_pair(tmp_path, "phone", left, right).groups("phone")) is shared


@pytest.mark.parametrize(("left", "right", "kinds"), [
    ("84.1.2.3", "84.1.2.3", {"ip", "ip_24"}),
    ("84.1.2.3", "84.1.2.250", {"ip_24"}),
    ("84.1.2.3", "84.1.3.3", set()),
    ("::ffff:84.1.2.3", " 84.1.2.3 ", {"ip", "ip_24"}),
    ("2a01:4f8:1:2::1", "2A01:04F8:0001:0002:ffff::9", {"ip6_64", "ip6_48"}),
    ("2a01:4f8:1:2::1", "2a01:4f8:1:3::1", {"ip6_48"}),
    ("2a01:4f8:1:2::1%eth0", "2a01:4f8:1:2::2", {"ip6_64", "ip6_48"}),
    ("ffff::", "ffff::", set()),
    *[(ip, ip, set()) for ip in (
        "10.0.0.1", "127.0.0.1", "169.254.1.1", "192.168.1.1", "172.31.9.9", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "0.0.0.0", "192.0.2.1", "198.18.0.1", "203.0.113.9",
        "::1", "::", "fe80::1", "fd00::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1",
    )],
])
def test_addresses_are_shared_by_network(
    tmp_path: Path, left: str, right: str, kinds: set[str]
) -> None:
    found = _events(tmp_path, event("a", ip=left), event("b", ip=right))
    assert found.report.n_quarantined == 0
    assert {row["kind"] for row in found.tables["identifier"]} == kinds


@pytest.mark.parametrize(
    "ip", ["1.2.3", "1.2.3.4.5", "01.2.3.4", "1e1.2.3.4", "1.2.3.256", "x", "1::2::3"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, ip: str) -> None:
    assert _events(tmp_path, event("a", ip=ip)).quarantine["events"][0][2] == "malformed ip"


def test_the_longest_prefix_names_the_network(tmp_path: Path) -> None:
    found = _events(
        tmp_path, *[event(who, ip=ip) for who in "ab" for ip in
                    ("84.1.0.1", "84.1.5.1", "84.1.5.128", "84.2.0.1", "2a01:1::1")],
        networks=[
            {"cidr": "84.1.0.0/16", "kind": "Datacenter"}, {"cidr": "84.1.5.0/24", "kind": "vpn"},
            {"cidr": "84.1.5.128/32", "kind": "tor"}, {"cidr": "2a01:1::/32", "kind": "proxy"},
        ],
    )
    kinds = {r["label"]: r["network_kind"] for r in found.tables["identifier"] if r["kind"] == "ip"}
    assert kinds == {
        "84.1.0.1": "datacenter", "84.1.5.1": "vpn", "84.1.5.128": "tor", "84.2.0.1": None,
    }
    assert found.tables["account"][0]["n_datacenter_events"] == 4


def test_an_address_that_passes_on_is_two_identifiers(tmp_path: Path) -> None:
    start = datetime(2026, 5, 1)
    rows = [
        event(who, occurred_at=(start + timedelta(hours=hours)).isoformat(), ip="84.1.2.3")
        for who, hours in (("a", 0), ("b", 30), ("c", 30 + 36), ("d", 30 + 36 + 37), ("e", 104))
    ]
    write_table(tmp_path / "in" / "accounts.csv", accounts(*"abcde"))
    write_table(tmp_path / "in" / "events.csv", rows)
    found = run_ingest(tmp_path / "in")
    assert found.groups("ip") == {frozenset("abc"), frozenset("de")}
    labels = {r["label"] for r in found.tables["identifier"] if r["kind"] == "ip"}
    assert labels == {
        "84.1.2.3 (2026-05-01 to 2026-05-03)", "84.1.2.3 (2026-05-05 to 2026-05-05)",
    }
    whole = Settings(kinds={"ip": KindSettings(has_tenancies=False)}, max_bad_rows=1)
    assert run_ingest(tmp_path / "in", settings=whole).groups("ip") == {frozenset("abcde")}


def test_payments_share_cards_and_issuers(tmp_path: Path) -> None:
    found = _events(tmp_path, payments=[
        {"account_id": "a", "instrument_id": "card_12345678", "bin": "4111 11"},
        {"account_id": "b", "instrument_id": "card_12345678 ", "bin": "411111"},
        {"account_id": "c", "instrument_id": "card_9", "bin": "411111"},
    ])
    assert found.groups("card") == {frozenset("ab")}
    assert found.groups("bin") == {frozenset("abc")}
    assert {r["label"] for r in found.tables["identifier"]} == {"…5678", "411111"}


def test_any_kind_may_be_named_and_hubs_are_marked(tmp_path: Path) -> None:
    found = _events(
        tmp_path,
        identifiers=[
            {"account_id": "a", "kind": "Referral Code", "value": " X9 ", "n_events": 4},
            {"account_id": "a", "kind": "referral_code", "value": "X9", "n_events": 2},
            {"account_id": "b", "kind": "referral-code", "value": "X9", "n_events": None},
            {"account_id": "c", "kind": "referral_code", "value": "x9", "n_events": 1},
        ],
        hubs=[{"kind": "", "value": "X9", "category": "exchange"}],
    )
    (row,) = found.tables["identifier"]
    assert (row["kind"], row["hub_category"]) == ("referral_code", "exchange")
    assert [h["n_events"] for h in found.tables["holding"]] == [6, 1]
    assert found.tables["kind_summary"] == [
        {"kind": "referral_code", "n_values": 2, "n_shared": 1, "n_holdings": 2}
    ]


def test_a_brought_kind_joins_linkages_own(tmp_path: Path) -> None:
    found = _events(
        tmp_path, event("a", device_id="d", ip="84.1.1.1"),
        identifiers=[{"account_id": "b", "kind": "device", "value": "d"},
                     {"account_id": "c", "kind": "ip", "value": "84.1.1.1"}],
    )
    assert found.groups("device") == {frozenset("ab")}
    assert found.groups("ip") == {frozenset("ac")}


@pytest.mark.parametrize("value", [
    "unknown", "N/A", "null", "0", "-", "00000000-0000-0000-0000-000000000000", "ffffffff",
    "undefined", "Test",
])
def test_placeholders_are_kept_and_named(tmp_path: Path, value: str) -> None:
    found = _events(tmp_path, event("a", device_id=value), event("b", device_id=value))
    (row,) = found.tables["identifier"]
    assert row["is_placeholder"]
    assert any("placeholder: device" in note for note in found.report.notes)
    assert found.tables["account_kind"] == []


def test_links_are_pairs_without_direction(tmp_path: Path) -> None:
    found = _events(tmp_path, links=[
        {"account_id_l": "b", "account_id_r": "a", "kind": "Referral", "n_events": 2},
        {"account_id_l": "a", "account_id_r": "b", "kind": "referral", "n_events": ""},
        {"account_id_l": "c", "account_id_r": "c", "kind": "referral", "n_events": 1},
        {"account_id_l": "c", "account_id_r": "nobody", "kind": "referral", "n_events": 1},
    ])
    (row,) = found.tables["link"]
    assert (row["account_ix_l"], row["account_ix_r"], row["n_events"]) == (0, 1, 3)
    assert found.quarantine["links"] == [("links.csv", 4, "unknown account", "account_id_r")]


def test_test_accounts_hold_and_link_nothing(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", [
        {"account_id": "a"}, {"account_id": "b", "is_test": "true"}, {"account_id": "c"},
    ])
    write_table(tmp_path / "in" / "events.csv", [event(who, device_id="d") for who in "abc"])
    write_table(tmp_path / "in" / "links.csv", [
        {"account_id_l": "a", "account_id_r": "b", "kind": "referral"},
    ])
    found = run_ingest(tmp_path / "in")
    assert found.groups("device") == {frozenset("ac")}
    assert found.tables["link"] == []
    assert [row["is_test"] for row in found.tables["account"]] == [False, True, False]
    assert any("1 test accounts" in note for note in found.report.notes)


def test_after_as_of_nothing_counts(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", [
        {"account_id": "a"}, {"account_id": "b"},
        {"account_id": "later", "created_at": "2026-05-03"},
    ])
    write_table(tmp_path / "in" / "events.csv", [
        event("a", device_id="d"), event("b", device_id="d", occurred_at="2026-05-03"),
        event("later", device_id="d", occurred_at="2026-05-04"),
    ])
    cut = Settings(as_of=datetime.fromisoformat("2026-05-02T00:00:00+00:00"))
    found = run_ingest(tmp_path / "in", settings=cut)
    assert [row["account_id"] for row in found.tables["account"]] == ["a", "b"]
    assert found.tables["identifier"] == []
    assert found.report.n_quarantined == 0


def test_signups_of_three_in_ten_minutes_are_a_burst(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", [
        {"account_id": who, "created_at": f"2026-05-01T10:{minute:02}:00Z", "pathway": pathway}
        for who, minute, pathway in (
            ("a", 8, "api"), ("b", 9, "api"), ("c", 11, "api"), ("d", 11, "web"), ("e", 50, "api"),
        )
    ])
    write_table(tmp_path / "in" / "events.csv", [event("a")])
    found = run_ingest(tmp_path / "in")
    assert found.groups("signup_burst") == {frozenset("abc")}
    assert [r["label"] for r in found.tables["identifier"]] == ["2026-05-01T10:05/b/none/api"]


def test_the_signups_of_a_busy_day_are_no_burst(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", [
        {"account_id": f"busy{n:03}", "created_at": f"2026-05-01T{n // 30:02}:{n % 30 * 2:02}:00Z"}
        for n in range(24 * 30)
    ] + [
        {"account_id": f"together{n}", "created_at": f"2026-05-01T09:42:{n:02}Z"} for n in range(9)
    ])
    write_table(tmp_path / "in" / "events.csv", [event("busy000")])
    groups = run_ingest(tmp_path / "in").groups("signup_burst")
    assert groups
    assert all({f"together{n}" for n in range(9)} <= group for group in groups)


def test_without_labels_nothing_readable_stays(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a", "b"))
    write_table(tmp_path / "in" / "events.csv", [event(who, device_id="d") for who in "ab"])
    bare = run_ingest(tmp_path / "in", settings=Settings(labels=False)).tables["identifier"]
    assert [row["label"] for row in bare] == [None]
    other = run_ingest(tmp_path / "in", key=b"another key, also long").tables["identifier"]
    assert other[0]["identifier_id"] != bare[0]["identifier_id"]
    assert len(other[0]["identifier_id"]) == 32


ROWS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.integers(0, 200), st.sampled_from(["ua1", "ua2", "ua3"]),
              st.one_of(st.none(), st.sampled_from(["d1", "d2", "d3"]))),
    min_size=1, max_size=40,
)


# Shrinking would run the whole ingest hundreds of times.
@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(rows=ROWS)
def test_holdings_match_the_obvious_answer(
    tmp_path_factory: pytest.TempPathFactory, rows: Any
) -> None:
    folder = tmp_path_factory.mktemp("world") / "in"
    at = {hours: datetime(2026, 5, 1) + timedelta(hours=hours) for _, hours, _, _ in rows}
    write_table(folder / "accounts.csv", accounts(*"abcde"))
    write_table(folder / "events.parquet", [
        event(who, occurred_at=at[hours], user_agent=agent, device_id=device)
        for who, hours, agent, device in rows
    ])
    found = run_ingest(folder)
    held: dict[tuple[str, str], dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for who, hours, agent, device in rows:
        held["user_agent", agent][who].append(at[hours])
        if device:
            held["device", device][who].append(at[hours])
    expected = {
        (kind, value, who, min(times), max(times), len(times))
        for (kind, value), holders in held.items() if len(holders) > 1
        for who, times in holders.items()
    }
    names = {row["account_ix"]: row["account_id"] for row in found.tables["account"]}
    kinds = {r["identifier_ix"]: (r["kind"], r["label"]) for r in found.tables["identifier"]}
    assert {
        (*kinds[h["identifier_ix"]], names[h["account_ix"]], h["first_seen_at"],
         h["last_seen_at"], h["n_events"]) for h in found.tables["holding"]
    } == expected
    n_held = {
        (who, kind): len({v for (k, v), holders in held.items() if k == kind and who in holders})
        for (kind, _), holders in held.items() for who in holders
    }
    assert n_held == {
        (names[r["account_ix"]], r["kind"]): r["n_identifiers"]
        for r in found.tables["account_kind"]
    }
