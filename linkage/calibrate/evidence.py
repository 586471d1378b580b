"""What a run said of the rings and accounts that people have answered for."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from linkage.calibrate.answers import Answers
from linkage.errors import InputError
from linkage.evidence.incidence import Flags, Floats
from linkage.rings.judge import Observed, observe
from linkage.schema import TIERS

NATS = float(np.log(2))
"""Nats in a bit."""

MOST_WEIGHT = 5.0
"""Most that a ring of a tier of which few were judged may count against one of the others."""

MOST_OF_A_RING = 20.0
"""Answers that the accounts of one ring may count for: they are not independent."""


@dataclass(frozen=True)
class JudgedRings:
    """One row per ring that somebody answered for, by ring."""

    ring_id: list[str]
    right: Floats
    """Share of the answers that say abusive, in [0, 1]."""
    weight: Floats
    """(n,) one over the share of its tier that was judged, within bounds; mean 1."""
    observed: Observed
    coverage: dict[str, tuple[int, int]]
    """Tier to rings judged, and rings there are."""


@dataclass(frozen=True)
class JudgedMembers:
    """One row per account that was answered for, in a ring that is right."""

    ring_id: list[str]
    nats: Floats
    right: Floats
    weight: Floats


@dataclass(frozen=True)
class JudgedKinds:
    """One row per shared identifier of whose holders two or more were answered for."""

    ring_id: list[str]
    kind: list[str]
    n_holders: Floats
    right: Floats
    """Share of the pairs with an abusive holder in which both are."""
    weight: Floats


@dataclass(frozen=True)
class Judged:
    """All that a run and the answers say together."""

    run_id: str
    rings: JudgedRings
    members: JudgedMembers
    kinds: JudgedKinds


def judged(out: Path, answers: Answers) -> Judged:
    """Put a run beside the answers.

    Parameters
    ----------
    out
        A folder that ``linkage run`` wrote.
    answers
        What people said.

    Raises
    ------
    InputError
        If the folder lacks a table.
    """
    try:
        rings = pd.read_parquet(out / "rings.parquet", columns=["ring_id", "tier"])
        members = pd.read_parquet(
            out / "members.parquet", columns=["ring_id", "account_id", "evidence_bits"])
        measures = pd.read_parquet(out / "measures.parquet")
        evidence = pd.read_parquet(
            out / "evidence.parquet",
            columns=["ring_id", "account_id", "kind", "identifier_id", "n_accounts_total",
                     "creates"])
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{out} is not an output folder: {str(error).splitlines()[0]}",
            fix="give the --out folder of linkage run",
        ) from error
    said = members["account_id"].map(answers.accounts)
    # What was said of a whole ring goes before what was said of its accounts.
    right = said.groupby(members["ring_id"]).mean()
    whole = pd.Series(answers.rings, dtype=float)
    right = whole.reindex(rings["ring_id"]).fillna(right.reindex(rings["ring_id"])).dropna()
    known = members.assign(right=said)[said.notna() & members["ring_id"].isin(
        right.index[right > 0.5])]
    return Judged(
        str(manifest["run_id"]), _rings(rings, measures, right), _members(known),
        _kinds(evidence, known),
    )


def _rings(
    rings: pd.DataFrame, measures: pd.DataFrame, right: "pd.Series[float]"
) -> JudgedRings:
    """Observe the judged rings, and weigh them by how many of their tier were judged."""
    tier = rings.set_index("ring_id")["tier"]
    right = right.sort_index()
    n_of, n_judged = tier.value_counts(), tier.reindex(right.index).value_counts()
    coverage = {
        one: (int(n_judged.get(one, 0)), int(n_of.get(one, 0))) for one in TIERS if one in n_of
    }
    share = tier.reindex(right.index).map({
        one: seen / there for one, (seen, there) in coverage.items() if seen
    }).to_numpy(dtype=float)
    weight = 1 / share
    weight = np.minimum(weight, MOST_WEIGHT * weight.min(initial=1.0))
    table = measures[measures["ring_id"].isin(right.index)].pivot(
        index="ring_id", columns="measure", values="value").reindex(right.index)
    families = tuple(
        name.removeprefix("held_") for name in sorted(measures["measure"].unique())
        if name.startswith("held_")
    )
    return JudgedRings(
        ring_id=right.index.tolist(), right=np.asarray(right, dtype=np.float64),
        weight=np.asarray(weight / max(weight.mean() if len(weight) else 1.0, 1e-9)),
        observed=observe(table, families), coverage=coverage,
    )


def _members(known: pd.DataFrame) -> JudgedMembers:
    """Take the answered accounts of right rings; a ring's accounts are not independent."""
    size = known.groupby("ring_id")["account_id"].transform("size").to_numpy(dtype=float)
    return JudgedMembers(
        ring_id=known["ring_id"].tolist(),
        nats=known["evidence_bits"].to_numpy(dtype=float) * NATS,
        right=known["right"].to_numpy(dtype=float),
        weight=np.minimum(1.0, MOST_OF_A_RING / np.maximum(size, 1)),
    )


def _kinds(evidence: pd.DataFrame, known: pd.DataFrame) -> JudgedKinds:
    """Count, for each shared identifier, the pairs of answered holders that agree."""
    rows = evidence[_flag(evidence["creates"]) & (evidence["identifier_id"] != "")].merge(
        known[["ring_id", "account_id", "right"]], on=["ring_id", "account_id"])
    grouped = rows.groupby(["ring_id", "kind", "identifier_id"]).agg(
        n=("right", "size"), n_right=("right", "sum"), n_holders=("n_accounts_total", "first"),
    ).reset_index()
    both = grouped["n_right"] * (grouped["n_right"] - 1) / 2
    mixed = grouped["n_right"] * (grouped["n"] - grouped["n_right"])
    grouped = grouped.assign(right=both / (both + mixed))[(both + mixed) > 0]
    size = grouped.groupby(["ring_id", "kind"])["n"].transform("size").to_numpy(dtype=float)
    return JudgedKinds(
        ring_id=grouped["ring_id"].tolist(), kind=grouped["kind"].tolist(),
        n_holders=grouped["n_holders"].to_numpy(dtype=float),
        right=grouped["right"].to_numpy(dtype=float),
        weight=np.minimum(1.0, MOST_OF_A_RING / np.maximum(size, 1)),
    )


def _flag(column: pd.Series) -> Flags:
    """Return flags, false where unknown."""
    return np.asarray(column.astype("boolean").fillna(False).to_numpy(dtype=bool))
