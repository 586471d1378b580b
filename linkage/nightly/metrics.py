"""What people and monitors read of a night: a textfile of metrics, and a short message."""

from collections.abc import Sequence

from linkage.nightly.gates import Closed, Numbers

_HELP = {
    "linkage_night_exit_code": "Exit code of the last night.",
    "linkage_night_end_timestamp_seconds": "When the last night ended.",
    "linkage_night_seconds": "How long the published run took.",
    "linkage_night_published_timestamp_seconds": "When rings were last published.",
    "linkage_night_new_files": "Files that the last night had not seen before.",
    "linkage_accounts": "Accounts known.",
    "linkage_rings": "Rings published.",
    "linkage_largest_ring_accounts": "Accounts of the largest ring.",
    "linkage_ring_members": "Accounts in rings.",
    "linkage_enforced_accounts": "Accounts in tier enforce.",
    "linkage_quarantine_share": "Share of input rows in quarantine.",
    "linkage_input_rows": "Rows of each input table.",
    "linkage_gate_closed": "1 for a gate that held the last night back.",
}


def exposition(
    numbers: Numbers | None, *, exit_code: int, ended_at: float, published_at: float | None,
    n_new_files: int, closed: Sequence[Closed],
) -> str:
    """Return a textfile in Prometheus' exposition format, version 0.0.4.

    Parameters
    ----------
    numbers
        Those of the rings that are live; None when there are none.
    ended_at, published_at
        Seconds since the epoch.

    Examples
    --------
    >>> text = exposition(None, exit_code=6, ended_at=0.0, published_at=None, n_new_files=0,
    ...                   closed=[])
    >>> text.splitlines()[2]
    'linkage_night_exit_code 6'

    References
    ----------
    .. [1] https://prometheus.io/docs/instrumenting/exposition_formats/
    """
    samples: list[tuple[str, str, float]] = [
        ("linkage_night_exit_code", "", exit_code),
        ("linkage_night_end_timestamp_seconds", "", ended_at),
        ("linkage_night_new_files", "", n_new_files),
    ]
    if published_at is not None:
        samples.append(("linkage_night_published_timestamp_seconds", "", published_at))
    if numbers:
        samples += [
            ("linkage_night_seconds", "", numbers.seconds),
            ("linkage_accounts", "", numbers.accounts),
            ("linkage_rings", "", numbers.rings),
            ("linkage_largest_ring_accounts", "", numbers.largest),
            ("linkage_ring_members", "", numbers.members),
            ("linkage_enforced_accounts", "", numbers.enforced),
            ("linkage_quarantine_share", "", numbers.quarantine),
            *(("linkage_input_rows", f'{{table="{name}"}}', n) for name, n in numbers.rows.items()),
        ]
    samples += [
        ("linkage_gate_closed", f'{{gate="{gate}"}}', 1)
        for gate in sorted({one.gate for one in closed})
    ]
    lines: list[str] = []
    for at, (name, labels, value) in enumerate(samples):
        if not at or samples[at - 1][0] != name:
            lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} gauge"]
        lines.append(f"{name}{labels} {value:.15g}")
    return "\n".join(lines) + "\n"


def message(
    numbers: Numbers, before: Numbers | None, words: dict[str, int], closed: Sequence[Closed]
) -> str:
    """Return a summary of a night that fits a chat message: at most eight lines.

    Parameters
    ----------
    numbers, before
        Tonight's and the last published night's numbers.
    words
        Rings by what became of them (``new``, ``grown``, ...).
    closed
        Gates that hold the night back; none when it is live.
    """
    head = "rings held back" if closed else "rings live"
    lines = [f"linkage {numbers.run_id}: {numbers.rings:,} {head}, "
             f"{numbers.members:,} of {numbers.accounts:,} accounts"]
    moved = ", ".join(f"{n} {word}" for word, n in sorted(words.items()) if n)
    lines.append(f"since last night: {moved or 'nothing moved'}")
    was = f" ({numbers.enforced - before.enforced:+,})" if before else ""
    lines.append(f"enforce: {numbers.enforced:,} accounts{was}; largest ring "
                 f"{numbers.largest:,}; quarantine {numbers.quarantine:.2%}")
    lines += [f"gate {one.gate}: {one.what}" for one in closed[:4]]
    if len(closed) > 4:
        lines.append(f"and {len(closed) - 4} gates more")
    return "\n".join(lines)
