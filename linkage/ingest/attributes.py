"""Kinds that describe accounts and cannot link them: time zones, plans, browsers' languages.

A kind of which most accounts hold one of a few values tells no two operators apart, yet a
rare value of it would look like evidence, since rarity is all that evidence goes by.
"""

from collections.abc import Mapping

from linkage.own_data import KindSettings
from linkage.queries import query
from linkage.signals import SIGNALS
from linkage.store import Store


def drop_attributes(store: Store, kinds: Mapping[str, KindSettings]) -> list[str]:
    """Leave kinds that only describe accounts out of ``user_claim``, and return a note on each.

    Such a kind is held by a quarter of all accounts or more, and each of its values by 20
    accounts and one in a thousand on average. Kinds that linkage knows, and those that the
    settings speak of, stay.

    Parameters
    ----------
    kinds
        What the settings say of kinds.
    """
    spared = {known.kind for known in SIGNALS} | set(kinds)
    found = [
        row for row in store.arrow(query("ingest", "attribute_kind").body).to_pylist()
        if row["kind"] not in spared
    ]
    if found:
        names = ", ".join("'" + row["kind"].replace("'", "''") + "'" for row in found)
        store.create("user_claim_kept", f"select * from user_claim where kind not in ({names})")
        store.drop("user_claim")
        store.create("user_claim", "select * from user_claim_kept")
        store.drop("user_claim_kept")
    return [
        f"{row['kind']} has {row['n_values']:,} values for {row['n_accounts']:,} accounts: it "
        f"describes accounts and links none; [kinds.{row['kind']}] in the settings keeps it"
        for row in found
    ]
