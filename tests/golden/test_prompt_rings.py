"""Real prompts: operators who work through tools are found by them alone, copyists are not."""

import pytest
from prompt_worlds import PROMPTS, best_matches, write_operators_and_copyists
from worlds import read, run


@pytest.mark.parametrize("seed", [1, 2])
def test_operators_are_found_by_prompts_alone_and_copyists_make_no_ring(tmp_path, seed):
    if not PROMPTS.exists():
        pytest.skip(f"needs the real prompts of {PROMPTS}")
    truth = write_operators_and_copyists(tmp_path / "in", seed)
    found, n_innocents = best_matches(
        read(run(tmp_path / "in", tmp_path / "out", threads=2), "members"), truth)
    assert n_innocents == 0
    assert len(found) == 4
    assert all(recall >= 0.95 and precision >= 0.95 for _, recall, precision in found)
