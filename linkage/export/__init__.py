"""Hands enforcement lists that it can act on and take back."""

from linkage.export.ack import Taken, take_answers
from linkage.export.delivery import FORMATS, Export, export
from linkage.export.judged import Judged, Judgement, judge_ledger
from linkage.export.verify import Verified, verify

__all__ = [
    "FORMATS",
    "Export",
    "Judged",
    "Judgement",
    "Taken",
    "Verified",
    "export",
    "judge_ledger",
    "take_answers",
    "verify",
]
