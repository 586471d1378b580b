"""Rings among 43,052 real accounts of a token airdrop, beside plain methods on the same data.

    LINKAGE_AIRDROP=../shared/data/hop python tests/bench/bench_airdrop.py

The folder holds ``accounts``, ``identifiers``, ``links`` and ``hubs`` in linkage's form, and
the truth: ``truth_reports.csv.gz`` (account_id, operator_id) and ``truth_groups.csv.gz``
(group_id, account_id, eliminated). One report may hold several rings and some transfers are
missing, so the truth itself is printed too, cut where no transfer or counterparty joins it.
"""

import argparse
import os
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import igraph
import numpy as np
import pandas as pd
import scipy.sparse as sp
from machine import REPOSITORY, run_linkage, show_machine, show_table, workplace

from linkage.evaluate import read_truth
from linkage.evaluate.agreement import b_cubed, pairwise
from linkage.evaluate.calibration import auc

SETTINGS = REPOSITORY / "fixtures" / "airdrop.toml"

WIDEST = 50
"""Accounts an identifier may have for the plain methods to join them."""

COLUMNS = ("method", "accounts", "pair P", "pair R", "B3 P", "B3 R", "B3 F1", "seconds")

Row = tuple[object, ...]


@dataclass(frozen=True)
class Airdrop:
    """The folder, read once."""

    folder: Path

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """One row per account."""
        return pd.read_csv(self.folder / "accounts.csv.gz", parse_dates=["created_at"])

    @cached_property
    def reports(self) -> pd.DataFrame:
        """One row per account that a report names."""
        return read_truth(self.folder / "truth_reports.csv.gz")

    @cached_property
    def groups(self) -> pd.DataFrame:
        """One row per account of a group that was decided on."""
        return read_truth(self.folder / "truth_groups.csv.gz")

    def edges(self, *, with_hubs: bool) -> pd.DataFrame:
        """Pairs (l, r) of account numbers joined by a transfer or a rare counterparty.

        Holders of one counterparty form a star around the first: the components are the
        same as with all pairs, and there are far fewer of them.
        """
        number = pd.Index(self.accounts["account_id"])
        links = pd.read_csv(self.folder / "links.csv.gz")
        held = pd.read_csv(self.folder / "identifiers.csv.gz")
        held = held.drop_duplicates(["account_id", "kind", "value"])
        if not with_hubs:
            held = held[~held["value"].isin(self._hubs)]
            ends = links[["account_id_l", "account_id_r"]].isin(self._hubs)
            links = links[~ends.any(axis=1)]
        holders = held.groupby(["kind", "value"])["account_id"]
        held = held.assign(first=holders.transform("first"), n=holders.transform("size"))
        stars = held[held["n"].between(2, WIDEST)]
        pairs = np.column_stack([
            number.get_indexer(pd.concat([links["account_id_l"], stars["first"]])),
            number.get_indexer(pd.concat([links["account_id_r"], stars["account_id"]])),
        ])
        pairs = np.sort(pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])], axis=1)
        return pd.DataFrame(pairs, columns=["l", "r"]).drop_duplicates()

    @cached_property
    def _hubs(self) -> pd.Series:
        return pd.read_csv(self.folder / "hubs.csv.gz")["value"]


def main() -> None:
    """Run linkage with and without the list of hubs, and the plain methods likewise."""
    told = _arguments()
    airdrop = Airdrop(told.folder)
    if not airdrop.folder.is_dir():
        print(f"skipped: no airdrop data in {airdrop.folder}; set LINKAGE_AIRDROP to its folder")
        return
    show_machine()
    rows: list[Row] = []
    ranks: list[Row] = []
    with workplace(told.keep, "airdrop") as folder:
        for with_hubs in (False, True):
            name = "hubs not listed" if with_hubs else "hubs listed"
            linkage_rows, linkage_rank = _linkage(airdrop, folder, name, with_hubs=with_hubs)
            rows += [*linkage_rows, *_plain(airdrop, name, with_hubs=with_hubs)]
            ranks.append(linkage_rank)
    show_table(f"{len(airdrop.reports):,} accounts of "
               f"{airdrop.reports['group_id'].nunique()} reports", COLUMNS, rows)
    _show_ranks(airdrop, [*ranks, *_plain_ranks(airdrop)])


def _linkage(
    airdrop: Airdrop, folder: Path, name: str, *, with_hubs: bool
) -> tuple[list[Row], Row]:
    """Run linkage and score its members, by tier and all, and its ranking of groups."""
    source = folder / name.replace(" ", "-")
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    for table in ("accounts", "identifiers", "links", *(() if with_hubs else ("hubs",))):
        shutil.copy(airdrop.folder / f"{table}.csv.gz", source)
    # The groups are given, what reviewers decided of them is not.
    airdrop.groups[["group_id", "account_id"]].to_csv(source / "groups.csv.gz", index=False)
    out = folder / f"out-{name.replace(' ', '-')}"
    took = run_linkage(
        "run", source, "--config", SETTINGS, "--out", out, "--force", "--quiet"
    )
    members = pd.read_parquet(out / "members.parquet")
    rings = pd.read_parquet(out / "rings.parquet")
    benign = members["ring_id"].map(rings.set_index("ring_id")["tier"]) == "benign"
    rows = []
    for kept, what in ((~benign, "linkage, watch and above"), (benign | True, "linkage, all")):
        label = members[kept].set_index("account_id")["ring_id"]
        rows.append(_row(airdrop, f"{what} ({name})", label, took.seconds))
    judged = pd.read_parquet(out / "groups.parquet").set_index("group_id")["score"]
    return rows, (f"linkage ({name})", _auc(airdrop, judged))


def _plain(airdrop: Airdrop, name: str, *, with_hubs: bool) -> list[Row]:
    """Score components and modularity Leiden over transfers and rare counterparties."""
    edges = airdrop.edges(with_hubs=with_hubs)
    account = airdrop.accounts["account_id"]
    n = len(account)
    matrix = sp.coo_matrix((np.ones(len(edges)), (edges["l"], edges["r"])), shape=(n, n))
    _, component = sp.csgraph.connected_components(matrix, directed=False)
    igraph.set_random_number_generator(random.Random(0))
    graph = igraph.Graph(n, list(edges.itertuples(index=False, name=None)))
    leiden = graph.community_leiden("modularity", n_iterations=-1).membership
    rows = [
        _row(airdrop, f"{method} ({name})", pd.Series(label, account), None)
        for method, label in (("components", component), ("modularity Leiden", leiden))
    ]
    if not with_hubs:
        cut = _cut_truth(airdrop, edges)
        rows.append(_row(airdrop, f"truth, cut by transfers ({name})", cut, None))
    return rows


def _cut_truth(airdrop: Airdrop, edges: pd.DataFrame) -> pd.Series:
    """Label the parts of each report that visible edges inside it hold together."""
    account = airdrop.accounts["account_id"]
    reported = airdrop.reports.set_index("account_id")["group_id"].reindex(account).to_numpy()
    l_of, r_of = reported[edges["l"]], reported[edges["r"]]
    inside = edges[pd.notna(l_of) & (l_of == r_of)]
    n = len(account)
    matrix = sp.coo_matrix((np.ones(len(inside)), (inside["l"], inside["r"])), shape=(n, n))
    return pd.Series(sp.csgraph.connected_components(matrix, directed=False)[1], account)


def _row(airdrop: Airdrop, method: str, label: pd.Series, seconds: float | None) -> Row:
    """Score one partition; an account that it does not name is on its own."""
    reports = airdrop.reports
    predicted = reports["account_id"].map(label)
    codes = pd.factorize(predicted)[0].astype(np.int64)
    truth = pd.factorize(reports["group_id"])[0].astype(np.int64)
    pairs, accounts = pairwise(codes, truth), b_cubed(codes, truth)
    size = label.groupby(label).transform("size")
    return (method, int((size > 1).sum()), pairs.precision, pairs.recall, accounts.precision,
            accounts.recall, accounts.f1, seconds)


def _plain_ranks(airdrop: Airdrop) -> Iterable[Row]:
    """Rank decided groups by their size, and by how close their accounts were created."""
    created = airdrop.accounts.set_index("account_id")["created_at"]
    groups = airdrop.groups.assign(born=airdrop.groups["account_id"].map(created))
    groups = groups.sort_values(["group_id", "born"])
    gap = groups.groupby("group_id")["born"].diff().dt.total_seconds()
    yield "group size", _auc(airdrop, groups.groupby("group_id").size())
    yield "median creation gap", _auc(airdrop, -gap.groupby(groups["group_id"]).median())


def _auc(airdrop: Airdrop, scores: pd.Series) -> float | None:
    """P(an eliminated group scores above a kept one)."""
    decided = airdrop.groups.groupby("group_id")["eliminated"].first().reindex(scores.index)
    return auc(scores.to_numpy(dtype=float), decided.to_numpy(dtype=bool))


def _show_ranks(airdrop: Airdrop, ranks: list[Row]) -> None:
    """Print how each method ranks what reviewers decided."""
    decided = airdrop.groups.groupby("group_id")["eliminated"].first()
    show_table(
        f"{len(decided)} groups, {int(decided.sum())} of them eliminated by reviewers",
        ("ranked by", "AUC"), ranks,
    )


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = os.environ.get("LINKAGE_AIRDROP", REPOSITORY.parent / "shared" / "data" / "hop")
    parser.add_argument("--folder", type=Path, default=Path(folder),
                        help="the airdrop's folder (default: $LINKAGE_AIRDROP, else a sibling of "
                             "the repository)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep outputs here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
