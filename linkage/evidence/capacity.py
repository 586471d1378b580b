"""Whether what follows ingest fits the memory: counted before any of it is made."""

from linkage.errors import CapacityError

BYTES_PER_HOLDING = 160
"""What the arrays of all stages take at their largest for each holding, in bytes: 160 were
measured with a million accounts, 127 with ten million."""


def check_memory(n_holdings: int, *, room_mb: int) -> None:
    """Refuse holdings whose arrays would not fit the memory.

    Parameters
    ----------
    n_holdings
        Pairs of account and shared identifier, at least 0.
    room_mb
        Memory that the tables leave, in MiB.

    Raises
    ------
    CapacityError
        If they need more than there is.
    """
    needed_mb = n_holdings * BYTES_PER_HOLDING // 2**20
    if needed_mb > room_mb:
        raise CapacityError(
            f"{n_holdings:,} shared identifiers of accounts need about {needed_mb:,} MiB beside "
            f"the tables, and this machine has {room_mb:,}",
            fix="use a machine with more memory, give the run fewer days, or lower "
            "memory_limit_mb: tables then spill to the disk earlier",
        )
