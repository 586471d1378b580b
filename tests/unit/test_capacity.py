"""Whether a run fits is told before it is made."""

import pytest
from worlds import run, tiny_world

from linkage.errors import CapacityError
from linkage.evidence import capacity, check_memory
from linkage.evidence.capacity import BYTES_PER_HOLDING

MIB = 2**20


def test_what_fits_to_the_last_byte_is_let_through():
    n_fit = 3 * MIB // BYTES_PER_HOLDING
    check_memory(n_fit, room_mb=3)
    check_memory(0, room_mb=0)


def test_what_does_not_fit_is_refused_with_a_way_out():
    with pytest.raises(CapacityError, match=r"80,000,000 .* 12,207 MiB .* has 9,000") as refused:
        check_memory(80_000_000, room_mb=9_000)
    assert refused.value.exit_code == 3
    assert "memory_limit_mb" in refused.value.fix


def test_a_run_that_would_not_fit_publishes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(capacity, "BYTES_PER_HOLDING", 2**60)
    tiny = tiny_world(tmp_path / "in")
    with pytest.raises(CapacityError):
        run(tiny, tmp_path / "out")
    assert not (tmp_path / "out").exists()
