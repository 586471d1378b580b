"""What linkage takes from the process's environment and must never record: secrets."""

import os
from collections.abc import Mapping


def environment_key(environment: Mapping[str, str] | None = None) -> str | None:
    """Return ``LINKAGE_KEY``, the key for identifier hashes; None when it is not set.

    Not a setting, because settings are recorded and a secret must not be.

    Examples
    --------
    >>> environment_key({"LINKAGE_KEY": "0123456789abcdef"})
    '0123456789abcdef'
    """
    variables = os.environ if environment is None else environment
    return variables.get("LINKAGE_KEY") or None


def environment_password(environment: Mapping[str, str] | None = None) -> str | None:
    """Return ``NEO4J_PASSWORD``; None when it is not set.

    Examples
    --------
    >>> environment_password({}) is None
    True
    """
    variables = os.environ if environment is None else environment
    return variables.get("NEO4J_PASSWORD") or None


def child_environment(**more: str) -> dict[str, str]:
    """Return this process's environment with some variables more, for a program it starts."""
    return {**os.environ, **more}
