"""Measures a run's rings against a truth that somebody already knows."""

from linkage.evaluate.calibration import group_scores
from linkage.evaluate.evaluation import Evaluation, evaluate, evaluate_files
from linkage.evaluate.truth import normal_truth, read_truth

__all__ = [
    "Evaluation",
    "evaluate",
    "evaluate_files",
    "group_scores",
    "normal_truth",
    "read_truth",
]
