"""Hands enforcement lists that it can act on and take back."""

from linkage.export.ack import Taken, take_answers
from linkage.export.delivery import FORMATS, Export, export
from linkage.export.forget import Forgotten, forget
from linkage.export.judged import Judged, Judgement, judge_ledger, read_answers
from linkage.export.verify import Verified, verify

__all__ = [
    "FORMATS",
    "Export",
    "Forgotten",
    "Judged",
    "Judgement",
    "Taken",
    "Verified",
    "export",
    "forget",
    "judge_ledger",
    "read_answers",
    "take_answers",
    "verify",
]
