"""The data dictionary: every table that crosses a border, from its schema.

``python -m linkage.dictionary`` prints it; ``docs/data-dictionary.md`` holds it.
"""

import sys
from collections.abc import Iterator

import pyarrow as pa

from linkage import schema

MEANINGS = {
    "account_id": "the account, as in the accounts table",
    "account_id_l": "one account of a relation", "account_id_r": "the other account",
    "amount_usd": "US dollars", "asn": "autonomous system of a network",
    "billing_country": "country of the payment's billing address",
    "bin": "issuer number: the first digits of a card",
    "bits": "what it adds to the log odds, in bits: 1 bit doubles the odds",
    "capability_profile": "what the ring is after, as JSON: a sentence, shares with intervals, "
                          "and lift; null where prompts were not read",
    "category": "why the value is public", "cidr": "range of addresses",
    "confidence": "probability that the account belongs, in [0, 1]",
    "country": "country the account gave",
    "created_at": "when the account was made (UTC)",
    "creates": "may it tie accounts by itself? false for qualifiers and what strangers share; "
               "null for rows about no identifier",
    "decided_at": "when it was decided (UTC)", "decided_by": "who decided",
    "decision": "confirmed, benign, disputed or reinstated",
    "device_id": "device as the client tells it", "email": "mail address",
    "event_id": "the event's own name", "event_type": "conversation, login, ...",
    "evidence_bits": "sum of the account's rows of evidence, in bits",
    "families": "families of evidence that hold the ring, the most telling first",
    "first_created_at": "when its first account was made (UTC)",
    "first_event_at": "first event (UTC)",
    "first_seen_at": "when the account was first seen with the identifier (UTC)",
    "group_id": "a reported group, in the reporter's own name",
    "hour": "hour of the day, 0 to 23 (UTC)",
    "identifier_id": "keyed hash of the identifier; empty for a row about none",
    "input_tokens": "tokens of the prompt", "instrument_id": "card or other means of payment",
    "ip": "IPv4 or IPv6 address",
    "is_test": "a test account, left out of the run",
    "kind": "kind of identifier, relation or network; prior and absence in evidence",
    "label": "what people read in the place of the hash; may hold whatever a user sent",
    "last_created_at": "when its last account was made (UTC)",
    "last_event_at": "last event (UTC)",
    "last_seen_at": "when the account was last seen with the identifier (UTC)",
    "lineage": "new, continued, grown, merged, split, respawned or dormant",
    "looks_like": "innocent group that a ring at watch or benign looks like: company, university, "
                  "classroom, agency, reseller, event, household, tutorial, common_device or "
                  "shared_address",
    "measure": "name of what the judge measured", "model": "model that answered",
    "n_accounts": "accounts", "n_accounts_in_ring": "accounts of the ring that hold it",
    "n_accounts_total": "accounts of the run that hold it", "name": "name of a network",
    "n_core": "members that describe the ring", "n_events": "events",
    "note": "what the person wrote", "occurred_at": "when it happened (UTC)",
    "organization": "a verified organisation", "output_tokens": "tokens of the answer",
    "paid_at": "when it was paid (UTC)", "pathway": "api, web, cloud, reseller, education, ...",
    "payment_id": "the payment's own name", "phone": "phone number", "plan": "plan it pays for",
    "prompt": "text sent; read, turned into keyed hashes, and kept nowhere",
    "reason_codes": "families and signs that speak for the member",
    "ring_id": "the ring; kept over nights while it is the same operation; null in rhythm for "
               "all accounts together",
    "role": "core, member or periphery",
    "score": "strength of the ring or group in [0, 1], for ranking",
    "seen_at": "when it was seen (UTC)", "session_id": "login session",
    "stability": "share of the times that the member is found again with a fifth of the "
                 "identifiers gone; null below review",
    "status": "active, banned, suspended, ...", "system_prompt": "as prompt",
    "tier": "enforce, review, watch or benign", "tier_reason": "why, in a sentence",
    "total_volume_usd": "all that the account ever paid or moved, in US dollars",
    "tls_fingerprint": "fingerprint of the client's TLS", "user_agent": "as the client tells it",
    "value": "the value: of an identifier as it came, or of a measure as a number",
    "weekday": "day of the week, 0 = Monday (UTC)",
    "account_ix": "number of the account in this folder", "account_ix_l": "one account of a link",
    "account_ix_r": "the other account", "identifier_ix": "number of the identifier in this folder",
    "adopted_on": "first day on which it prevailed in the ring",
    "appeared_on": "first day that anybody used the model",
    "capability": "what prompts ask for, such as tool_use", "day": "day (UTC)",
    "is_burst": "were more accounts born than the ring's other days explain?",
    "is_hub": "do strangers share it too much to tie accounts by itself?",
    "kinds": "kinds of what both hold", "n_accounts_before": "accounts the night before",
    "n_active": "accounts with a conversation", "n_born": "accounts made",
    "n_conversations": "conversations", "n_joined": "accounts that came",
    "n_left": "accounts that went", "n_prompts": "prompts that were read",
    "other_ring_id": "the ring of the night before; null where there is none",
    "overlap": "share in common, in [0, 1]", "population_share": "share of everyone else",
    "relation": "CONTINUES, MERGED_INTO, SPLIT_FROM, RESPAWNED_FROM or LOST",
    "share": "share in [0, 1]",
}
"""Column to what it means. One name means one thing in every table."""

STAR = " \\*"
"""Marks a required column."""


def output_tables() -> Iterator[tuple[str, pa.Schema]]:
    """Yield the name and schema of every table that a run publishes."""
    for name, value in sorted(vars(schema).items()):
        if isinstance(value, pa.Schema):
            yield name.lower().replace("graph_", "graph/"), value


def data_dictionary() -> str:
    """Return the dictionary as Markdown.

    Raises
    ------
    KeyError
        If a column has no meaning in ``MEANINGS``.
    """
    lines = [
        "# Data dictionary", "",
        "Every table that goes in or comes out. Written by `python -m linkage.dictionary`; a test",
        "keeps it in step with the schemas. Instants are UTC. Required columns are marked \\*.", "",
        "## Input",
    ]
    for table in schema.INPUT_TABLES:
        columns = [
            (name, form.lower(), name in table.required) for name, form in table.columns
        ]
        lines += _section(table.name, columns)
    lines += ["", "## Output"]
    for name, form in output_tables():
        columns = [(field.name, _type(field.type), not field.nullable) for field in form]
        lines += _section(f"{name}.parquet", columns)
    return "\n".join(lines) + "\n"


def _section(title: str, columns: list[tuple[str, str, bool]]) -> list[str]:
    """Return one table's heading and rows."""
    rows = [
        f"| {name}{STAR if required else ''} | {form} | {MEANINGS[name]} |"
        for name, form, required in columns
    ]
    return ["", f"### {title}", "", "| column | type | meaning |", "| --- | --- | --- |", *rows]


def _type(form: pa.DataType) -> str:
    """Name a type for people."""
    if pa.types.is_timestamp(form):
        return "instant"
    if pa.types.is_list(form):
        return f"list of {_type(form.value_type)}"
    return str(form)


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
