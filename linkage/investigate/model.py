"""The investigators' graph: its labels, relationship types and which kind has which label."""

NODE_OF_KIND = {
    "ip": "IP", "ip_24": "Network", "ip6_64": "Network", "ip6_48": "Network",
    "device": "Device", "session": "Device", "tls": "TlsFingerprint", "user_agent": "UserAgent",
    "card": "Payment", "bin": "Payment", "email_root": "EmailRoot", "email_stem": "EmailRoot",
    "email_domain": "Domain", "phone": "Phone",
    **dict.fromkeys((
        "prompt_template", "prompt_copy", "prompt_opening", "prompt_closing", "prompt_shape",
        "prompt_meaning", "prompt_order", "prompt_clock", "system_prompt",
    ), "PromptTemplate"),
}
"""Kind of identifier to its second label; every other kind is ``Other``."""

OTHER = "Other"

RELATIONS = ("CONTINUES", "MERGED_INTO", "SPLIT_FROM", "RESPAWNED_FROM")
"""How a ring came from an earlier one."""


def node_label(kind: str) -> str:
    """Return the label that identifiers of a kind have beside ``Identifier``.

    Examples
    --------
    >>> node_label("card"), node_label("referral_code")
    ('Payment', 'Other')
    """
    return NODE_OF_KIND.get(kind, OTHER)

