"""Chooses what the page of one ring shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from linkage.browser import browser_link
from linkage.report.network import core_picture
from linkage.report.specs import WEEKDAYS, charts
from linkage.rings.calibration import calibration_of
from linkage.rings.measures import measures_of
from linkage.rings.profile import Profile, read_profile
from linkage.rings.prose import RingStory, ring_stories
from linkage.rings.read import (
    Ring,
    members_of,
    read_manifest,
    read_optional,
    read_output,
)
from linkage.rings.ring_graph import RingGraph, ring_graph
from linkage.rings.view import ring_days
from linkage.rings.wording import Wording, wording

MAX_IDENTIFIERS = 200
"""Identifiers listed, strongest first; those in the picture are listed as well."""

MAX_TEXT = 300
"""Letters of one value; labels may hold whatever a user sent."""

PANELS = {
    "n_born": "accounts born", "n_created": "accounts born", "n_conversations": "conversations",
    "n_events": "events", "n_accounts": "accounts active", "n_active": "accounts active",
}
"""What the counts of a timeline are called; others go by their column's name."""

MOST_PANELS = 3


@dataclass(frozen=True)
class Tables:
    """The tables of a run that ring pages are made from, read once for all pages."""

    manifest: Mapping[str, Any]
    words: Wording
    members: pa.Table
    evidence: pa.Table
    optional: Mapping[str, pa.Table | None]
    """``measures``, ``rhythm`` and ``timeline``, where the run has them."""


def read_tables(out: Path, ring_ids: list[str]) -> Tables:
    """Read the rows of some rings.

    Raises
    ------
    InputError
        If a table or the manifest is missing.
    """
    manifest = read_manifest(out)
    chosen = [("ring_id", "in", ring_ids)]
    return Tables(
        manifest=manifest,
        words=wording(manifest),
        members=read_output(out, "members", filters=chosen),
        evidence=read_output(out, "evidence", filters=chosen),
        optional={
            name: read_optional(out, name, filters=None if name == "rhythm" else chosen)
            for name in ("measures", "rhythm", "timeline")
        },
    )


def ring_contents(
    tables: Tables, rings: Sequence[Ring], *, threads: int = 1
) -> Iterator[dict[str, Any]]:
    """Return what the pages of some rings show, as plain values."""
    measures = tables.optional["measures"]
    graphs = [
        ring_graph(
            ring, members_of(_of(tables.members, ring)), _of(tables.evidence, ring),
            measures=None if measures is None else measures_of(measures, ring.ring_id),
            words=tables.words, calibration=calibration_of(tables.manifest),
        )
        for ring in rings
    ]
    return map(partial(_content, tables), graphs, ring_stories(graphs, threads=threads))


def _content(tables: Tables, graph: RingGraph, story: RingStory) -> dict[str, Any]:
    """Return what the page of one ring shows."""
    ring = graph.ring
    profile = read_profile(ring.capability_profile)
    network = core_picture(graph, story.structure)
    data = {
        "network": network,
        "days": {"days": _days(tables, ring)},
        "week": {"week": _week(tables.optional["rhythm"], ring)},
        "families": {"families": _families(graph)},
        "capabilities": {"capabilities": _capabilities(profile)},
    }
    return {
        "title": ring.ring_id, "run_id": str(tables.manifest.get("run_id", "")),
        "tier": ring.tier, "score": round(ring.score, 4), "lineage": ring.lineage,
        "profile": _short(profile.sentence if profile else ""), "n_accounts": ring.n_accounts,
        "sentences": [_long(one) for one in story.sentences],
        "link": _link(ring.ring_id, tables.manifest),
        "specs": {
            name: spec for name, spec in charts().items()
            if name in data and all(data[name].values())
        },
        "data": data,
        "n_identifiers": len(graph.identifiers),
        "identifiers": _identifiers(graph, {row["number"] for row in network["identifiers"]}),
        "without": _without(story),
        "parts": [[one.number, one.n_accounts, _short(one.sentence), one.n_share]
                  for one in story.structure.parts],
        "n_parts": story.structure.n_parts,
        "members": _members(graph, story),
    }


def _link(ring_id: str, manifest: Mapping[str, Any]) -> str | None:
    """Return the ring's address in Neo4j Browser; None where the run's settings name none."""
    browser = str(manifest.get("settings", {}).get("neo4j_browser") or "")
    # The manifest is a file like any other: no page links to a script in it.
    if urlsplit(browser).scheme not in ("http", "https"):
        return None
    return browser_link("ring_id", ring_id, browser=browser)


def _of(table: pa.Table, ring: Ring) -> pa.Table:
    """Rows of one ring."""
    return table.filter(pc.equal(table["ring_id"], ring.ring_id))


def _days(tables: Tables, ring: Ring) -> list[dict[str, Any]]:
    """Counts by day: the run's timeline, or else when shared identifiers were seen."""
    timeline = tables.optional["timeline"]
    if timeline is not None and "day" in timeline.column_names:
        names = [name for name in timeline.column_names if name.startswith("n_")]
        names.sort(key=lambda name: list(PANELS).index(name) if name in PANELS else len(PANELS))
        return [
            {"day": f"{row['day']:%Y-%m-%d}", "what": PANELS.get(name, name[2:].replace("_", " ")),
             "n": row[name] or 0}
            for name in names[:MOST_PANELS]
            for row in _of(timeline, ring).sort_by("day").to_pylist()
        ]
    evidence = _of(tables.evidence, ring)
    held = evidence.filter(pc.not_equal(evidence["identifier_id"], ""))
    return [
        {"day": f"{row.day:%Y-%m-%d}", "what": what, "n": n}
        for row in ring_days(held)
        for what, n in (("accounts first seen with a shared identifier", row.n_first),
                        ("accounts last seen with one", row.n_last))
    ]


def _week(rhythm: pa.Table | None, ring: Ring) -> list[dict[str, Any]]:
    """Share of events by weekday and hour, of the ring and of everybody."""
    if rhythm is None:
        return []
    found = []
    for who, rows in (("this ring", _of(rhythm, ring)),
                      ("all accounts", rhythm.filter(pc.is_null(rhythm["ring_id"])))):
        n = {(row["weekday"], row["hour"]): row["n_events"] for row in rows.to_pylist()}
        total = sum(n.values())
        found += [
            {"who": who, "weekday": WEEKDAYS[day], "hour": hour, "n": n.get((day, hour), 0),
             "share": round(n.get((day, hour), 0) / total, 6)}
            for day in range(7) for hour in range(24) if total
        ]
    return found


def _families(graph: RingGraph) -> list[dict[str, Any]]:
    """Evidence by family."""
    rows = []
    for at, name in enumerate(graph.families):
        own = (graph.family == at)[graph.edge.col]
        if own.any():
            rows.append({
                "family": name, "bits": round(float(graph.edge.data[own].sum()), 2),
                "identifiers": int((graph.family == at).sum()),
                "coverage": len(set(graph.edge.row[own].tolist())) / graph.n_accounts,
            })
    return sorted(rows, key=lambda row: (-row["bits"], row["family"]))


def _capabilities(profile: Profile | None) -> list[dict[str, Any]]:
    """What the ring asks for, beside everyone else."""
    return [
        {
            "capability": one.capability.replace("_", " "), "share": one.share, "low": one.low,
            "high": one.high, "population_share": one.population_share, "lift": one.lift,
        }
        for one in (profile.shares if profile else ())
    ]


def _identifiers(graph: RingGraph, drawn: set[int]) -> list[list[Any]]:
    """Rows of the identifiers' table."""
    return [
        [number, _short(one.sentence), one.family, one.n_accounts_in_ring, one.n_accounts_total,
         round(one.coverage, 3), round(one.bits, 1)]
        for number, one in enumerate(graph.identifiers, 1)
        if number <= MAX_IDENTIFIERS or number in drawn
    ]


def _without(story: RingStory) -> list[list[Any]]:
    """Rows of the counterfactuals' table."""
    found = story.counterfactuals
    return [
        [_short(row.without), row.n_accounts, row.n_pieces, round(row.bits, 2), row.tier or "?"]
        for row in (found.now, *found.without, *((found.falls,) if found.falls else ()))
    ]


def _members(graph: RingGraph, story: RingStory) -> dict[str, Any]:
    """The members by column; reasons that all have, and texts that repeat, are listed once."""
    # Many members have the same codes in the same order.
    different = list(dict.fromkeys(one.reason_codes for one in graph.members))
    common = [
        code for code in (different[0] if different else ())
        if all(code in one for one in different)
    ]
    text = {
        one: _short(" ".join(code for code in one if code not in common)) for one in different
    }
    reasons: dict[str, int] = {}
    codes = [
        reasons.setdefault(text[one.reason_codes], len(reasons)) for one in graph.members
    ]
    return {
        "account": [_short(one.account_id) for one in graph.members],
        "confidence": [round(one.confidence, 4) for one in graph.members],
        "role": [one.role for one in graph.members],
        "tier": [one.tier for one in graph.members],
        "part": list(story.structure.part_of),
        "bits": [round(one.evidence_bits, 2) for one in graph.members],
        "reason": codes, "reasons": list(reasons), "common": " ".join(common),
    }


def _short(text: str) -> str:
    """Cut text that nobody would read to its end."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _long(text: str) -> str:
    """Cut a sentence that holds a long label."""
    return text if len(text) <= 4 * MAX_TEXT else text[: 4 * MAX_TEXT - 1] + "…"
