"""The one table of signals: everything that can link two accounts.

A signal is a kind of identifier that accounts can share. Adding one is one row here and,
unless it arrives through the ``identifiers`` or ``links`` table, one .sql file in
``linkage/ingest/sql`` that lists who holds what.
"""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Signal:
    """One kind of identifier."""

    kind: str
    """Its name, as investigators see it."""
    family: str
    """Kinds of one family are bought, moved or lost together and never count twice."""
    query: str
    """The .sql file (without ending) that extracts it; empty for kinds users bring."""
    m: float
    """Prior of P(two accounts of one operator share a value), in (0, 1)."""
    reliability: float
    """Prior of P(one operator | two accounts share a rare value), in (0, 1)."""
    sentence: str
    """What an investigator reads; ``{}`` is the label."""
    is_qualifier: bool = False
    """May strengthen an edge, never create one."""
    has_tenancies: bool = False
    """Passes from holder to holder over time (an ISP lease): holders whose times do not
    meet hold different identifiers."""
    is_one_owner: bool = False
    """One owner by construction, as aliases of one mailbox are: the data may make such an
    agreement worth more than its prior, never less. Operators who share nothing else would
    otherwise teach a run that mailboxes mean nothing."""
    proposes: bool = False
    """Its holders were found as a group: those whom nothing else puts in a ring may be one."""


SIGNALS: tuple[Signal, ...] = (
    Signal("ip", "network", "ip", 0.30, 0.30, "used address {}", has_tenancies=True),
    Signal("ip_24", "network", "ip_24", 0.40, 0.05, "came from network {}", is_qualifier=True),
    Signal("ip6_64", "network", "ip6_64", 0.30, 0.40, "used network {}", has_tenancies=True),
    Signal("ip6_48", "network", "ip6_48", 0.40, 0.10, "came from network {}", is_qualifier=True),
    Signal("device", "device", "device", 0.40, 0.80, "used device {}"),
    Signal("session", "device", "session", 0.05, 0.90, "used login session {}",
           is_one_owner=True),
    Signal("tls", "device", "tls", 0.50, 0.05, "has TLS fingerprint {}", is_qualifier=True),
    Signal("user_agent", "device", "user_agent", 0.50, 0.03, "has user agent {}",
           is_qualifier=True),
    Signal("card", "payment", "card", 0.30, 0.85, "paid with card {}"),
    Signal("bin", "payment", "bin", 0.40, 0.03, "paid with cards of issuer {}",
           is_qualifier=True),
    Signal("funding_wallet", "payment", "", 0.20, 0.60, "was paid for from wallet {}"),
    Signal("payout_account", "payment", "", 0.20, 0.60, "is paid out to account {}"),
    Signal("email_root", "contact", "email_root", 0.10, 0.90, "has an alias of mailbox {}",
           is_one_owner=True),
    Signal("email_stem", "contact", "email_stem", 0.15, 0.30,
           "has a mailbox numbered after {}"),
    Signal("email_domain", "contact", "email_domain", 0.30, 0.20, "has mail at {}"),
    Signal("phone", "contact", "phone", 0.10, 0.85, "gave phone number {}",
           is_one_owner=True),
    Signal("prompt_template", "prompt", "prompt_template", 0.40, 0.60, "sent prompts of {}"),
    Signal("prompt_copy", "prompt", "prompt_copy", 0.20, 0.40, "sent the same prompt, {}",
           is_qualifier=True),
    Signal("prompt_opening", "prompt", "prompt_opening", 0.40, 0.60,
           "sent prompts that open like {}"),
    Signal("prompt_closing", "prompt", "prompt_closing", 0.40, 0.60,
           "sent prompts that close like {}"),
    Signal("prompt_shape", "prompt", "prompt_shape", 0.40, 0.30, "sent prompts built like {}"),
    Signal("prompt_meaning", "prompt", "prompt_meaning", 0.40, 0.60,
           "sent prompts that mean the same as {}"),
    Signal("prompt_order", "prompt", "prompt_order", 0.20, 0.40,
           "sent templates in the same order ({})", is_qualifier=True),
    Signal("system_prompt", "prompt", "system_prompt", 0.40, 0.33, "sent system prompts of {}"),
    Signal("prompt_clock", "timing", "prompt_clock", 0.20, 0.50,
           "sent the same template in the same minutes ({})"),
    Signal("signup_burst", "timing", "signup_burst", 0.20, 0.10,
           "signed up in the same minutes ({})", is_qualifier=True),
    Signal("kit", "kit", "kit", 0.40, 0.40,
           "comes with the same software and network or card issuer as hardly anybody else ({})",
           proposes=True),
    Signal("lockstep", "lockstep", "lockstep", 0.20, 0.30,
           "was made with, and moved as much as, account {}", is_qualifier=True,
           proposes=True),
)
"""Kinds that linkage knows. ``m`` and ``reliability`` are priors: a run estimates both."""


LINK_FAMILY = "link"
"""Family of every kind of direct relation."""

KEPT = ("device", "payment", "contact", "kit", LINK_FAMILY)
"""Families whose identifiers nobody hands out to many."""

NEVER_ALONE = ("network", "timing")
"""Families that place or time explain: they never tie an account to a ring by themselves."""


@cache
def signal(kind: str) -> Signal:
    """Return the signal of a kind; a kind a user brought gets a family of its own.

    Examples
    --------
    >>> signal("card").family
    'payment'
    >>> signal("referral_code").family
    'referral_code'
    """
    for known in SIGNALS:
        if known.kind == kind:
            return known
    return Signal(kind, kind, "", 0.20, 0.60, f"has {kind.replace('_', ' ')} {{}}")
