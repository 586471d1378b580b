"""What enforcement reads beside each account: reasons as sentences, and a moderate action."""

from collections.abc import Iterable

SHARES = "shares_"
"""Start of the reason codes that name a family of evidence."""

OF_THE_ACCOUNT = {
    "network": "uses addresses or networks that others of the ring use",
    "device": "uses devices or login sessions that others of the ring use",
    "payment": "pays with cards that others of the ring pay with",
    "contact": "has a mailbox or phone number tied to those of others of the ring",
    "prompt": "sends prompts of templates that others of the ring send",
    "timing": "acts in the same minutes as others of the ring",
    "link": "is directly related to others of the ring",
}
"""Family of evidence to what an account does that shares in it."""

OF_THE_RING = {
    "cards_rotated": "the ring divides cards among its accounts",
    "devices_rotated": "the ring divides devices among its accounts",
    "templates_divided": "the ring divides prompt templates among its accounts",
    "codes_rotated": "the ring divides codes among its accounts",
    "mailboxes_numbered": "the ring's mailboxes are aliases or numbers of one another",
    "addresses_rotated": "the ring comes through many shared addresses in turn",
    "numbers_rotated": "the ring divides telephone numbers among its accounts",
    "domains_rotated": "the ring has mail at several domains that hardly anybody else has",
    "related": "the ring is tied by direct relations",
    "hosting_addresses": "nearly all of the ring's traffic is from hosting, VPN or proxy addresses",
    "no_private_lives": "hardly an account of the ring has a device and an address of its own",
    "no_employer": "the ring comes with software, networks or card issuers that it has to itself, "
                   "as a firm's staff do, and shares no mail domain or organization",
    "disposable_mail": "many of the ring's mailboxes are disposable",
    "banned_before": "some of the ring's accounts are banned already",
    "born_together": "the ring's accounts were created in bursts",
    "never_sleeps": "the ring is awake round the clock",
    "no_weekend": "the ring works at weekends as on any day",
}
"""Reason code of a sign to what was seen of the ring; its numbers are in ``ring_reason``."""

ACTIONS = {
    "enforce": "Suspend in a way that can be undone: read the reasons first, tell the holder how "
               "to appeal, delete nothing.",
    "review": "Take no measure yet: let a person look and decide.",
    "watch": "Take no measure: keep an eye on it.",
}
"""Tier to what enforcement may do, in words that leave the decision to people."""

DOUBTFUL = "Take no measure before a person has confirmed that this account belongs to the ring."
"""Action for an account of ``enforce`` at the edge of its ring."""

DONE_ALREADY = "Nothing to do: the account is {} already. Keep the appeal open."
LIFT = "Lift every measure that rests on this listing alone, and tell the holder."
"""Action for a listing that is taken back."""

OUT_OF_USE = ("banned", "suspended", "disabled", "deleted", "closed")
"""Statuses, in lower case, of accounts that nobody can use."""


def sentences(codes: Iterable[str]) -> tuple[str, ...]:
    """Return one sentence per reason code, in the order of the codes.

    Examples
    --------
    >>> sentences(["shares_referral_code"])
    ('shares referral code with others of the ring',)
    """
    return tuple(_sentence(code) for code in codes)


def _sentence(code: str) -> str:
    """Say one reason."""
    if code.startswith(SHARES):
        family = code.removeprefix(SHARES)
        spoken = family.replace("_", " ")
        return OF_THE_ACCOUNT.get(family, f"shares {spoken} with others of the ring")
    return OF_THE_RING.get(code, f"the ring shows: {code.replace('_', ' ')}")


def action(tier: str, role: str, status: str | None) -> str:
    """Return what may be done about an account.

    Examples
    --------
    >>> action("review", "core", None)
    'Take no measure yet: let a person look and decide.'
    """
    if status and status.lower() in OUT_OF_USE:
        return DONE_ALREADY.format(status.lower())
    return DOUBTFUL if tier == "enforce" and role == "periphery" else ACTIONS[tier]
