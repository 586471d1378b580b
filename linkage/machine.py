"""What the machine has to offer a run."""

import os


def n_cores() -> int:
    """Return the cores that this process may use, at least 1."""
    # Only Linux can tell which cores those are.
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def memory_mb() -> int:
    """Return the memory of the machine, in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
