"""Truth files: which accounts one operator ran, as somebody already knows it."""

from pathlib import Path

import pandas as pd

from linkage.errors import InputError

GROUP_COLUMNS = ("operator_id", "group_id", "ring_id")
"""Names the column of groups may have, the first found is used."""

_YES = {"1", "true", "t", "yes", "1.0"}


def read_truth(path: Path) -> pd.DataFrame:
    """Return a truth file in normal form, see :func:`normal_truth`.

    Parameters
    ----------
    path
        A ``.csv``, ``.csv.gz`` or ``.parquet`` file with ``account_id`` and one of
        :data:`GROUP_COLUMNS`. In CSV an empty cell is null.

    Raises
    ------
    InputError
        If the file cannot be read, or what it holds is not a truth.
    """
    try:
        if path.suffix == ".parquet":
            return normal_truth(pd.read_parquet(path), source=str(path))
        # All text: an account called "NA" or "007" must stay what it is.
        written = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read truth file {path}: {error}", fix="give a .csv, .csv.gz or .parquet file"
        ) from error
    return normal_truth(written.mask(written == ""), source=str(path))


def normal_truth(truth: pd.DataFrame, *, source: str = "truth") -> pd.DataFrame:
    """Return a truth with every column that the measures read.

    Parameters
    ----------
    truth
        ``account_id`` and one of :data:`GROUP_COLUMNS` (null: an ordinary account); may have
        ``is_abusive``, ``kind``, ``operator_class`` and ``eliminated`` (a decision on the
        account's group).
    source
        Where it came from, for error messages.

    Returns
    -------
    pandas.DataFrame
        One row per account: ``account_id``, ``group_id``, ``is_abusive`` (unless told: the
        decision, else whether there is a group), ``kind``, ``operator_class``, ``eliminated``
        (null where nothing was decided).

    Raises
    ------
    InputError
        If a column is missing or an account is named twice.

    Examples
    --------
    >>> named = pd.DataFrame({"account_id": ["a", "b"], "operator_id": ["x", None]})
    >>> normal_truth(named)["is_abusive"].tolist()
    [True, False]
    """
    group = next((name for name in GROUP_COLUMNS if name in truth), None)
    if group is None or "account_id" not in truth:
        raise InputError(
            f"{source} has columns {', '.join(map(str, truth.columns))}",
            fix=f"a truth needs account_id and one of {', '.join(GROUP_COLUMNS)}",
        )
    account_id = truth["account_id"].astype("string")
    twice = account_id[account_id.duplicated() | account_id.isna()]
    if len(twice):
        raise InputError(
            f"{source} names account {twice.iloc[0]} twice",
            fix="keep one row per account; two groups that share an account are one group",
        )
    normal = pd.DataFrame({
        "account_id": account_id.astype(object),
        "group_id": truth[group].astype("string").astype(object),
    })
    has_group = normal["group_id"].notna()
    eliminated = _flag(truth, "eliminated")
    is_abusive = (
        _flag(truth, "is_abusive").fillna(False)
        if "is_abusive" in truth
        else eliminated.fillna(True) & has_group
    )
    innocent = pd.Series("ordinary", truth.index).mask(has_group, "innocent")
    kind = _text(truth, "kind").fillna(innocent.mask(is_abusive, "operator"))
    return normal.assign(
        is_abusive=is_abusive.astype(bool),
        kind=kind.astype(object),
        operator_class=_text(truth, "operator_class").astype(object),
        eliminated=eliminated,
    ).reset_index(drop=True)


def _text(truth: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as text, all null when it is absent."""
    return pd.Series(truth.get(name), truth.index, dtype="string")


def _flag(truth: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of yes and no in any spelling, all null when it is absent."""
    text = _text(truth, name)
    return text.str.lower().isin(_YES).astype("boolean").mask(text.isna())
