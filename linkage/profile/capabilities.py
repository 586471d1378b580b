"""What an account may be after: the capabilities that prompts are told apart by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Capability:
    """One capability of a model that people, and those who copy models, ask for."""

    key: str
    """Its name in tables."""
    phrase: str
    """What a ring "is after", for sentences."""
    is_ordinary: bool = False
    """Not a thing to be after: what everybody does, or what was not recognised."""


CAPABILITIES: tuple[Capability, ...] = (
    Capability("software_engineering", "software engineering"),
    Capability("tool_use", "agentic work and tool use"),
    Capability("long_horizon_planning", "long-horizon planning"),
    Capability("reasoning_traces", "reasoning traces"),
    Capability("rubric_grading", "rubric grading and reward-model work"),
    Capability("safe_rewriting", "censorship-safe rewriting"),
    Capability("data_labelling", "data labelling"),
    Capability("chat", "ordinary chat", is_ordinary=True),
    Capability("other", "other", is_ordinary=True),
)
"""In the order of the model's columns; ``other``, what no column speaks for, is last."""

KEYS = tuple(capability.key for capability in CAPABILITIES)
