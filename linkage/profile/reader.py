"""Counts what each account asks for while the text of its prompts is at hand."""

import numpy as np
import pyarrow as pa

from linkage.ingest.prompts import PromptBatch
from linkage.profile.capabilities import KEYS
from linkage.profile.cues import capabilities_of


class CapabilityReader:
    """Adds up prompts per account and capability; keeps no text."""

    table = "account_capability"
    """Stage table: ``account_ix`` and one BIGINT column of prompts per capability."""

    def read(self, batch: PromptBatch) -> pa.Table:
        """Return one row per account of the batch.

        Parameters
        ----------
        batch
            Prompts with their accounts; equal prompts are looked at once.
        """
        capability = capabilities_of(batch.texts)[batch.text]
        account, row = np.unique(batch.account, return_inverse=True)
        n_prompts = np.bincount(
            row * len(KEYS) + capability, minlength=len(account) * len(KEYS)
        ).reshape(-1, len(KEYS))
        return pa.table({
            "account_ix": account, **{key: n_prompts[:, at] for at, key in enumerate(KEYS)}
        })
