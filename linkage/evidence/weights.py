"""How much each kind of agreement is worth, estimated from the data itself.

The model is Fellegi and Sunter's [1]_, with its parameters found by expectation and
maximisation over agreement patterns, as Winkler does [2]_: pairs that share an identifier
of one family are matches with an unknown *reliability*; matches agree in the other
families with unknown probability *m*, strangers with a known, tiny chance *u*.

.. [1] Fellegi & Sunter (1969), A theory for record linkage, JASA 64.
.. [2] Winkler (1988), Using the EM algorithm for weight computation in the
   Fellegi-Sunter model of record linkage, ASA Section on Survey Research Methods.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.evidence.families import FamilyAgreements, prior_reliability, size_class
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.evidence.pairs import SIZE_CLASSES, WIDEST
from linkage.signals import NEVER_ALONE

PRIOR_PAIRS = 100.0
"""Weight of the prior, in pairs."""

LIKELY_BITS = -2.5
"""Posterior log odds from which a pair joins the graph: the communities, and then the
membership posterior, decide between a weak pair and a chain's link. At -1 a ring of 25,000
whose cells only homes of proxy customers join fell apart."""

LEAST_OF_PRIOR = 0.25
"""Share of the prior odds below which agreements are mostly strangers'."""

MOST_RELIABLE = 0.98
"""No single agreement may be surer than this."""


@dataclass(frozen=True)
class KindEstimate:
    """What a run found out about one kind; printed in the manifest."""

    kind: str
    family: str
    m: float
    """P(two accounts of one operator share a value), in [0, 1]."""
    u: float
    """P(two strangers share a value of at most 50 holders), in [0, 1]."""
    reliability: float
    """P(one operator | two accounts share a value that no one else holds), in [0, 1]."""
    n_pairs: int
    """Candidate pairs that share a value of this kind."""


@dataclass(frozen=True)
class Weights:
    """Reliability of an agreement by kind and number of holders."""

    reliability: Floats
    """(n_kinds, n_size_classes) P(one operator | the pair shares such a value)."""
    prior: float
    """P(one operator) of two accounts drawn by chance."""
    kinds: tuple[KindEstimate, ...]

    def bits(self, kind: Ints, n_holders: Ints) -> Floats:
        """Bits that one agreement adds to the odds of two accounts being one operator's."""
        reliability = self.reliability[kind, size_class(n_holders)]
        return np.log2(reliability / (1 - reliability)) - self.prior_bits

    @property
    def prior_bits(self) -> float:
        """Log odds of the prior, in bits; negative."""
        return float(np.log2(self.prior / (1 - self.prior)))

    @property
    def strangers(self) -> Floats:
        """(n_kinds,) strangers' holdings that one agreement must outweigh; above 0.

        A value shared with one account alone is one operator's with the kind's
        reliability r, as if ``(1 - r) / r`` strangers held it too.
        """
        reliability = self.reliability[:, 0]
        return (1 - reliability) / reliability


def telling(incidence: Incidence, weights: Weights) -> Flags:
    """(n_identifiers,) flag those whose kind means at least about what was thought beforehand.

    Where accounts write much the same, a common template is shared by strangers: the estimate
    for such kinds and numbers of holders falls far below the prior.
    """
    prior = prior_reliability(incidence)
    odds = weights.reliability / (1 - weights.reliability)
    borne_out = odds >= LEAST_OF_PRIOR * prior / (1 - prior)
    flags: Flags = borne_out[incidence.kind, size_class(incidence.n_holders)]
    return flags


def estimate_weights(
    incidence: Incidence, best: FamilyAgreements, *, rounds: int = 50
) -> Weights:
    """Estimate reliabilities and m from the agreement patterns of candidate pairs.

    Parameters
    ----------
    incidence
        Who holds what.
    best
        The candidate pairs and what they share, a row per family.
    rounds
        Rounds of expectation and maximisation; at least 1.
    """
    prior, prior_m = prior_reliability(incidence), _prior_m(incidence)
    patterns, u = _patterns(incidence, best), _chance(incidence)
    # Whoever shares an address shares a place; no data makes that more than it is.
    is_place = np.array(
        [[known.family in NEVER_ALONE] for known in incidence.signals] or [[False]]
    )
    is_one_owner = np.array([[known.is_one_owner] for known in incidence.signals] or [[False]])
    reliability, m = prior, prior_m
    for _ in range(rounds):
        match = _posterior(patterns, reliability, m, u)
        reliability = _refit_reliability(patterns, match, prior)
        reliability = np.where(is_place, np.minimum(reliability, prior), reliability)
        reliability = np.where(is_one_owner, np.maximum(reliability, prior), reliability)
        m = _refit_m(patterns, match, prior_m)
    n = max(incidence.n_accounts, 2)
    n_matches = float((patterns.count * match / patterns.agrees.sum(axis=1)).sum())
    return Weights(
        reliability=reliability,
        prior=float(np.clip(max(n_matches, 1.0) / (n * (n - 1) / 2), 1e-12, 0.1)),
        kinds=_describe(incidence, patterns, reliability, m, u),
    )


@dataclass(frozen=True)
class _Patterns:
    """Equal agreement patterns of candidate pairs, each seen from one of its families."""

    kind: Ints
    size: Ints
    anchor: Ints
    """Family the pattern is seen from."""
    agrees: Flags
    """(n_patterns, n_families) families the pairs agree in, the anchor included."""
    count: Floats
    """Pairs with this pattern."""


def _patterns(incidence: Incidence, best: FamilyAgreements) -> _Patterns:
    """Count equal agreement patterns."""
    n_families = len(incidence.families)
    if not len(best.pair):
        none = np.zeros(0, dtype=np.int64)
        return _Patterns(none, none, none, np.zeros((0, n_families), bool), np.zeros(0))
    starts = np.flatnonzero(np.r_[True, best.pair[1:] != best.pair[:-1]])
    # A set of families is named by the exclusive or of its members' random numbers.
    number = np.random.default_rng(0).integers(1, 2**62, n_families)
    name = np.bitwise_xor.reduceat(number[best.family], starts)
    # Few sets, many pairs: the sets are found by hashing, and only they are sorted.
    seen, names = pd.factorize(name)
    which = np.argsort(np.argsort(names))[seen]
    ends = np.r_[starts[1:], len(best.pair)]
    example = np.empty(len(names), dtype=np.int64)
    example[which] = np.arange(len(which))
    sets = np.zeros((len(example), n_families), dtype=bool)
    for at, pair in enumerate(example):
        sets[at, best.family[starts[pair] : ends[pair]]] = True
    n_sizes, n_kinds = len(SIZE_CLASSES) - 1, len(incidence.signals)
    code = (np.repeat(which, ends - starts) * n_kinds + best.kind) * n_sizes + best.size
    n_pairs = np.bincount(code[best.decay > 0.5])
    unique = np.flatnonzero(n_pairs)
    kind = unique // n_sizes % n_kinds
    family = np.array([incidence.families.index(known.family) for known in incidence.signals])
    return _Patterns(
        kind=kind,
        size=unique % n_sizes,
        anchor=family[kind],
        agrees=sets[unique // n_sizes // n_kinds],
        count=n_pairs[unique].astype(float),
    )


def _prior_m(incidence: Incidence) -> Floats:
    """(n_families,) the signals' priors of m, the best kind of each family."""
    return np.array([
        max(known.m for known in incidence.signals if known.family == family)
        for family in incidence.families
    ])


def _chance(incidence: Incidence) -> Floats:
    """(n_families,) P(two strangers share a value of few holders), from rarity alone."""
    holders = incidence.n_holders
    rare = incidence.creates & (holders <= WIDEST)
    d = holders[rare].astype(float)
    n = max(incidence.n_accounts, 2)
    mass = np.bincount(
        incidence.family[rare], weights=d * (d - 1), minlength=len(incidence.families)
    )
    return np.clip(mass / (n * (n - 1)), 1e-9, 0.5)


def _posterior(patterns: _Patterns, reliability: Floats, m: Floats, u: Floats) -> Floats:
    """(n_patterns,) P(one operator), seen from the anchor."""
    alone = reliability[patterns.kind, patterns.size]
    others = np.ones_like(patterns.agrees)
    others[np.arange(len(alone)), patterns.anchor] = False
    gain = np.where(patterns.agrees & others, np.log(m / u), 0.0).sum(axis=1)
    lack = np.where(~patterns.agrees & others, np.log((1 - m) / (1 - u)), 0.0)
    # Operators who save on one thing save on others: only the most telling lack counts.
    log_odds = np.log(alone / (1 - alone)) + gain + lack.min(axis=1, initial=0.0)
    match: Floats = 1 / (1 + np.exp(-log_odds))
    return match


def _refit_reliability(patterns: _Patterns, match: Floats, prior: Floats) -> Floats:
    """Reliability is the share of matches among the pairs that agree so."""
    hits = PRIOR_PAIRS * prior
    trials = np.full_like(prior, PRIOR_PAIRS)
    np.add.at(hits, (patterns.kind, patterns.size), patterns.count * match)
    np.add.at(trials, (patterns.kind, patterns.size), patterns.count)
    return np.clip(hits / trials, 1e-4, MOST_RELIABLE)


def _refit_m(patterns: _Patterns, match: Floats, prior: Floats) -> Floats:
    """m is the share of matches, anchored in other families, that agree in this one."""
    weight = (patterns.count * match)[:, None] * np.ones_like(prior)
    weight[np.arange(len(match)), patterns.anchor] = 0.0
    hits = (weight * patterns.agrees).sum(axis=0) + PRIOR_PAIRS * prior
    m: Floats = np.clip(hits / (weight.sum(axis=0) + PRIOR_PAIRS), 1e-3, 0.95)
    return m


def _describe(
    incidence: Incidence, patterns: _Patterns, reliability: Floats, m: Floats, u: Floats
) -> tuple[KindEstimate, ...]:
    """Put the estimates into words, a row per kind."""
    n_pairs = np.bincount(
        patterns.kind, weights=patterns.count, minlength=len(incidence.signals)
    )
    family = [incidence.families.index(known.family) for known in incidence.signals]
    return tuple(
        KindEstimate(
            kind=known.kind,
            family=known.family,
            m=round(float(m[family[at]]), 6),
            u=round(float(u[family[at]]), 9),
            reliability=round(float(reliability[at, 0]), 6),
            n_pairs=int(n_pairs[at]),
        )
        for at, known in enumerate(incidence.signals)
    )


def strong_pairs(best: FamilyAgreements, weights: Weights) -> tuple[Ints, Floats]:
    """Return the pairs likely enough to join, with their evidence.

    Returns
    -------
    pair
        (n_pairs,) left * n_accounts + right, ascending.
    bits
        (n_pairs,) posterior log odds in bits, at least ``LIKELY_BITS``.
    """
    if not len(best.pair):
        return best.pair, np.zeros(0)
    alone = weights.reliability[best.kind, best.size]
    gain = (np.log2(alone / (1 - alone)) - weights.prior_bits) * best.decay
    starts = np.flatnonzero(np.r_[True, best.pair[1:] != best.pair[:-1]])
    bits = np.add.reduceat(gain, starts) + weights.prior_bits
    strong = bits >= LIKELY_BITS
    return best.pair[starts][strong], bits[strong]
