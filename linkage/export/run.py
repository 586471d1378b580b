"""A finished run, as far as an export reads it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkage.errors import InputError
from linkage.rings.read import Ring, read_manifest, read_output, read_rings
from linkage.rings.wording import PRIOR
from linkage.schema import TIERS
from linkage.signals import LINK_FAMILY, signal

_HASH = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Run:
    """One output folder."""

    out: Path
    run_id: str
    ran_at: datetime
    """When (UTC); what it says holds for some days from then on."""
    n_accounts: int
    """All accounts it looked at; 0 when it found no ring."""
    rings: Mapping[str, Ring]
    members: tuple[dict[str, Any], ...]
    """Rows of ``members.parquet``, by account."""
    kinds: Mapping[str, Mapping[str, Any]]
    """What the run's settings said of kinds of identifiers."""
    digests: Mapping[str, str]
    """Published table to its SHA-256."""

    @property
    def said(self) -> dict[str, str]:
        """Sentences that the run's settings gave to kinds."""
        return {kind: one["sentence"] for kind, one in self.kinds.items() if one.get("sentence")}

    def family(self, kind: str, identifier_id: str) -> str:
        """Return the family of a kind; all direct relations are one."""
        named = self.kinds.get(kind, {}).get("family")
        if named:
            return str(named)
        own = signal(kind)
        is_relation = not own.query and own.family == kind and not _HASH.fullmatch(identifier_id)
        return LINK_FAMILY if is_relation else own.family

    def evidence(self, accounts: set[str]) -> pa.Table:
        """Return the rows of ``evidence.parquet`` about some accounts."""
        rings = {row["ring_id"] for row in self.members if row["account_id"] in accounts}
        if not rings:
            return read_output(self.out, "evidence").slice(0, 0)
        table = read_output(self.out, "evidence", filters=[("ring_id", "in", sorted(rings))])
        return table.filter(pc.is_in(table["account_id"], pa.array(sorted(accounts), pa.string())))


def read_run(out: Path) -> Run:
    """Read a folder that ``linkage run`` wrote.

    Raises
    ------
    InputError
        If a file of it is missing or is not what it should be.
    """
    manifest = read_manifest(out)
    members = read_output(out, "members").sort_by("account_id").to_pylist()
    for row in members:
        if row["tier"] not in TIERS:
            raise InputError(f"{out}/members.parquet has an unknown tier: {row['tier']}")
    prior = read_output(out, "evidence", filters=[("kind", "=", PRIOR)])
    run_id = str(manifest.get("run_id") or "")
    return Run(
        out=out,
        run_id=run_id,
        ran_at=_ran_at(run_id, out),
        n_accounts=pc.max(prior["n_accounts_total"]).as_py() or 0,
        rings={ring.ring_id: ring for ring in read_rings(out)},
        members=tuple(members),
        kinds=manifest.get("settings", {}).get("kinds", {}),
        digests={
            name: hashlib.sha256((out / name).read_bytes()).hexdigest()
            for name in ("rings.parquet", "members.parquet", "evidence.parquet")
        },
    )


def _ran_at(run_id: str, out: Path) -> datetime:
    """Return when a run was made, by its name or else by its manifest's age."""
    for form in ("%Y-%m-%dT%H%M%SZ", "%Y-%m-%d"):
        try:
            return datetime.strptime(run_id, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    written = (out / "manifest.json").stat().st_mtime
    return datetime.fromtimestamp(int(written), UTC)
