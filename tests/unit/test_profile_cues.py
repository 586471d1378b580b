"""What prompts ask for, told by cues."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from linkage.ingest.text_readers import PromptBatch
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


def _batch(texts, text, account, *, systems=(), system=None):
    return PromptBatch(
        texts=pa.array(texts, pa.string()), text=np.array(text, np.int64),
        system_texts=pa.array(systems, pa.string()),
        system_text=np.full(len(text), -1) if system is None else np.array(system),
        account=np.array(account, np.int64), occurred_at=np.zeros(len(text), np.int64),
    )


def test_accounts_are_counted_by_capability():
    batch = _batch(["Debug this Python code", "hello there"], [0, 0, 1, 1], [7, 7, 7, 3])
    rows = CapabilityReader().read(batch).to_pylist()
    assert [(row["account_ix"], row["software_engineering"], row["chat"]) for row in rows] == [
        (3, 0, 1), (7, 2, 1),
    ]


def test_a_batch_without_prompts_adds_nothing():
    assert CapabilityReader().read(_batch([], [], [])).num_rows == 0


CODER = "Debug this Python code, fix each failing unit test and refactor the function"
GRADER = "Score each answer against the rubric and say which response is better"


TOOLS = (
    '{"name": "rate", "parameters": {"type": "object", "properties": {"of": {"type": "string"}}}}'
)
NOTES = "You are a helpful assistant with access to the notes below; answer from them alone"


@pytest.mark.parametrize(("prompt", "system", "expected"), [
    ("hello there", CODER, "software_engineering"),
    ("who leads this country", TOOLS, "tool_use"),
    ("who leads this country", TOOLS.replace(" ", ""), "tool_use"),
    ("who leads this country", NOTES, "chat"),
    (None, GRADER, "rubric_grading"),
    (None, "You are kind to all who write to you", "chat"),
    (CODER, GRADER, "software_engineering"),
    (CODER, "You are kind to all who write to you", "software_engineering"),
    ("hello there", None, "chat"),
    ("", "You are kind to all who write to you", "other"),
])
def test_a_system_prompt_speaks_where_the_prompt_says_nothing(prompt, system, expected):
    batch = _batch(
        [] if prompt is None else [prompt], [-1 if prompt is None else 0], [7],
        systems=[] if system is None else [system], system=[-1 if system is None else 0])
    (row,) = CapabilityReader().read(batch).to_pylist()
    assert {key: row[key] for key in KEYS} == {key: int(key == expected) for key in KEYS}
