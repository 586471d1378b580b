"""What is seen of the mailboxes, mail domains and telephone numbers of a ring."""

import numpy as np
import pandas as pd

from linkage.rings.places import LARGER_THAN_FAMILY, measured, one_address


def one_mailbox(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Aliases of one mailbox, three in four or all at one address, and few enough for one person.

    Many such groups at one place are no person's.
    """
    n = rings["n_accounts"]
    n_known = measured(rings, "n_mail").clip(lower=1)
    return (
        (measured(rings, "alias_share") >= 0.5) & (n < 20) & (measured(rings, "of_larger") == 0)
        & ((measured(rings, "top_contact") * n >= 0.75 * n_known) | one_address(rings))
    )


def numbers_rotated(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Many gave telephone numbers that a few members each share: a number admits few accounts."""
    several = np.where(rings["n_accounts"] >= 20, 3, 2)
    return (
        (measured(rings, "n_phone") >= several) & (measured(rings, "phone_share") >= 0.25)
        & (rings["n_accounts"] >= LARGER_THAN_FAMILY)
    )


def many_domains(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Most have mail at one of several domains that hardly anybody else has."""
    return (
        (measured(rings, "n_domain") >= 4) & (measured(rings, "domain_share") >= 0.5)
        & (rings["top_domain_share"] < 0.5) & (rings["n_accounts"] >= 12)
    )


def own_domain(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Most mailboxes are at one domain that is not a public provider."""
    return rings["top_domain_share"] >= 0.5
