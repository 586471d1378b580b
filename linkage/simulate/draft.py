"""A world while it is being drawn: one column entry per account, and what groups add."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.simulate.clock import HUMAN, Span
from linkage.simulate.hashing import Floats, Ints

STATUSES = ("active", "banned", "closed")
PLANS = ("free", "plus", "pro", "team", "api")
PATHWAYS = ("web", "api", "cloud", "reseller", "education")


class Holdings:
    """Which accounts hold which codes, collected piece by piece and then indexed."""

    def __init__(self) -> None:
        self._pieces: list[tuple[Ints, Ints]] = []
        self.account: Ints = np.zeros(0, dtype=np.int64)
        self.code: Ints = np.zeros(0, dtype=np.int64)
        self.first: Ints = np.zeros(1, dtype=np.int64)

    def add(self, account: Ints, code: Ints | int) -> None:
        """Let each account hold a code; one code serves all, else row by row."""
        codes = np.broadcast_to(np.asarray(code, dtype=np.int64), account.shape)
        self._pieces.append((np.asarray(account, dtype=np.int64), codes.copy()))

    def add_several(self, account: Ints, codes: Ints) -> None:
        """Let account ``i`` hold all of row ``i`` of a matrix of codes."""
        self.add(np.repeat(account, codes.shape[1]), codes.reshape(-1))

    def index(self, n: int) -> None:
        """Order by account, so that account ``a`` holds ``code[first[a]:first[a + 1]]``."""
        if self._pieces:
            account = np.concatenate([piece[0] for piece in self._pieces])
            code = np.concatenate([piece[1] for piece in self._pieces])
            order = np.argsort(account, kind="stable")
            self.account, self.code = account[order], code[order]
        self._pieces = []
        self.first = np.searchsorted(self.account, np.arange(n + 1)).astype(np.int64)


@dataclass(frozen=True)
class Group:
    """One planted group, as the truth tells it."""

    group_id: str
    kind: str
    operator_class: str | None
    is_abusive: bool


@dataclass
class Draft:
    """All accounts of a world; arrays have one entry per account."""

    n: int
    seed: int
    span: Span
    rng: np.random.Generator
    prompts: bool
    """Write prompt text into events; else tell templates in the identifiers table."""
    created: Ints
    until: Ints
    """Epoch second the account stops at: it was banned, or the world ends."""
    n_events: NDArray[np.int32]
    country: NDArray[np.int8]
    offset: NDArray[np.int8]
    home: Ints
    """Source of the account's own network."""
    second: Ints
    """Source of its second network, or -1."""
    second_share: NDArray[np.float32]
    is_paying: NDArray[np.bool_]
    plan: NDArray[np.int8]
    pathway: NDArray[np.int8]
    status: NDArray[np.int8]
    rhythm: NDArray[np.int8]
    group: NDArray[np.int32]
    own_network: NDArray[np.float32]
    """Share of events from the account's own networks."""
    own_device: NDArray[np.float32]
    toolkit: NDArray[np.int16]
    is_sticky: NDArray[np.bool_]
    """Whether the account walks through its group's networks in order of time."""
    template_share: NDArray[np.float32]
    """Share of events that use one of the account's templates, if it has any."""
    networks: Holdings = field(default_factory=Holdings)
    devices: Holdings = field(default_factory=Holdings)
    cards: Holdings = field(default_factory=Holdings)
    templates: Holdings = field(default_factory=Holdings)
    system_prompts: Holdings = field(default_factory=Holdings)
    mailboxes: dict[int, str] = field(default_factory=dict)
    phones: dict[int, int] = field(default_factory=dict)
    """Account to the code of the telephone number it has with others."""
    organizations: dict[int, str] = field(default_factory=dict)
    coupons: dict[int, str] = field(default_factory=dict)
    issuers: dict[int, int] = field(default_factory=dict)
    """Card code to the code its issuer number is made of; else the card's own."""
    links: list[tuple[Ints, Ints, str]] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    _n_codes: int = 0

    def new_codes(self, n: int) -> Ints:
        """Return codes that nobody has used yet."""
        self._n_codes += n
        return np.arange(self._n_codes - n, self._n_codes, dtype=np.int64)

    def open_group(self, members: Ints, kind: str, operator_class: str | None = None) -> str:
        """Write a group into the truth and return its id."""
        name = f"{'ring' if operator_class else kind}_{len(self.groups):05d}"
        self.group[members] = len(self.groups)
        self.groups.append(Group(name, kind, operator_class, operator_class is not None))
        return name

    def index(self) -> None:
        """Order what groups added, once they are all planted."""
        for holdings in (self.networks, self.devices, self.cards, self.templates,
                         self.system_prompts):
            holdings.index(self.n)

    def first_acts(self) -> Ints:
        """Return the epoch second from which each account may act."""
        return np.maximum(self.created, self.span.start)


def skewed(rng: np.random.Generator, n_values: int, n: int, power: float = 2.0) -> Ints:
    """Return ``n`` picks of ``range(n_values)``, low numbers more often."""
    picks: Floats = rng.random(n) ** power * n_values
    return picks.astype(np.int64)


def event_counts(
    rng: np.random.Generator, n: int, mean: float, sigma: float = 1.2
) -> NDArray[np.int32]:
    """Return lognormal numbers of events with this mean."""
    counts = rng.lognormal(np.log(mean) - sigma * sigma / 2, sigma, n)
    return np.clip(counts, 0, 60 * mean).astype(np.int32)


def rhythm_of(n: int) -> NDArray[np.int8]:
    """Return ordinary days for everyone."""
    return np.full(n, HUMAN, dtype=np.int8)


