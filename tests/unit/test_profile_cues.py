"""What prompts ask for, told by cues."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from linkage.ingest.prompts import PromptBatch
from linkage.profile import CAPABILITIES, KEYS, CapabilityReader, capabilities_of

WRITTEN = Path(__file__).parents[1] / "bench" / "profile"
ORDINARY = {capability.key for capability in CAPABILITIES if capability.is_ordinary}


def _rows(name: str) -> list[tuple[str, str, str]]:
    lines = (WRITTEN / name).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines]


def _told(texts: list[str | None]) -> list[str]:
    return [KEYS[k] for k in capabilities_of(pa.array(texts, pa.string()))]


@pytest.mark.parametrize(("text", "capability"), [
    ("Fix the failing unit test in this Python repository.", "software_engineering"),
    ("You may call these tools: search, browser. Return one tool call as JSON.", "tool_use"),
    ("Split the goal into milestones and subtasks with dependencies.", "long_horizon_planning"),
    ("Write out your full chain of thought, then the final answer.", "reasoning_traces"),
    ("Score the answer from 1 to 5 against the rubric.", "rubric_grading"),
    ("Replace the politically sensitive terms so that censors let it pass.", "safe_rewriting"),
    ("Classify the sentiment of each tweet, output only the label.", "data_labelling"),
    ("What shall I cook tonight?", "chat"),
    ("", "other"),
    ("\x00\x01\x02", "other"),
])
def test_a_plain_prompt_is_told(text, capability):
    assert _told([text]) == [capability]


def test_ordinary_chat_in_no_language_is_called_anything_else():
    chats = [(language, text) for key, language, text in _rows("held_out.tsv") if key == "chat"]
    languages = {language for language, _ in chats}
    told = _told([text for _, text in chats])
    wrong = [row for row, key in zip(chats, told, strict=True) if key not in ORDINARY]
    assert len(languages) >= 30
    assert wrong == []


def test_a_cue_counts_once_however_often_it_stands_there():
    assert _told(["sentences " * 30]) == ["chat"]


def test_quoting_a_long_text_with_a_few_cues_is_no_request():
    assert _told(["The party spoke about the budget and the plan. " * 40]) == ["chat"]


def test_the_order_of_prompts_changes_nothing():
    texts = [text for *_, text in _rows("held_out.tsv")]
    order = np.random.default_rng(0).permutation(len(texts))
    assert [_told(texts)[k] for k in order] == _told([texts[k] for k in order])


def test_accounts_are_counted_by_capability():
    batch = PromptBatch(
        texts=pa.array(["Debug this Python code", "hello there"]),
        text=np.array([0, 0, 1, 1]), account=np.array([7, 7, 7, 3]),
        occurred_at=np.zeros(4, np.int64),
    )
    rows = CapabilityReader().read(batch).to_pylist()
    assert [(row["account_ix"], row["software_engineering"], row["chat"]) for row in rows] == [
        (3, 0, 1), (7, 2, 1),
    ]


def test_a_batch_without_prompts_adds_nothing():
    nothing = np.zeros(0, np.int64)
    batch = PromptBatch(pa.array([], pa.string()), nothing, nothing, nothing)
    assert CapabilityReader().read(batch).num_rows == 0
