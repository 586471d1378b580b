"""What agreements are worth, in bits, and which pairs of accounts they join."""

from linkage.evidence.capacity import check_memory
from linkage.evidence.families import best_by_family
from linkage.evidence.incidence import Incidence, load_incidence
from linkage.evidence.pairs import agreements, preview_pairs
from linkage.evidence.weights import KindEstimate, Weights, estimate_weights, strong_pairs

__all__ = [
    "Incidence",
    "KindEstimate",
    "Weights",
    "agreements",
    "best_by_family",
    "check_memory",
    "estimate_weights",
    "load_incidence",
    "preview_pairs",
    "strong_pairs",
]
