"""Counts what each account asks for while the text of its prompts is at hand."""

import numpy as np
import pyarrow as pa

from linkage.ingest.text_readers import PromptBatch
from linkage.profile.capabilities import CAPABILITIES, KEYS
from linkage.profile.cues import capabilities_of

_ORDINARY = np.array([one.is_ordinary for one in CAPABILITIES])


class CapabilityReader:
    """Adds up prompts per account and capability; keeps no text."""

    table = "account_capability"
    """Stage table: ``account_ix`` and one BIGINT column of prompts per capability."""

    def read(self, batch: PromptBatch) -> pa.Table:
        """Return one row per account of the batch.

        Parameters
        ----------
        batch
            Prompts with their accounts; equal prompts are looked at once. Where a prompt is
            ordinary or missing, its system prompt says what it is for, if that says anything.
        """
        said, framed = (
            np.append(capabilities_of(texts), KEYS.index("other"))[which]
            for texts, which in (
                (batch.texts, batch.text), (batch.system_texts, batch.system_text))
        )
        capability = np.where(_ORDINARY[said] & ~_ORDINARY[framed], framed, said)
        # Without a prompt there is no chat but the system prompt's.
        capability = np.where(batch.text < 0, framed, capability)
        account, row = np.unique(batch.account, return_inverse=True)
        n_prompts = np.bincount(
            row * len(KEYS) + capability, minlength=len(account) * len(KEYS)
        ).reshape(-1, len(KEYS))
        return pa.table({
            "account_ix": account, **{key: n_prompts[:, at] for at, key in enumerate(KEYS)}
        })
