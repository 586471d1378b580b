"""Account linkage: from a provider's tables to rings of accounts run by one operator."""

from importlib.metadata import version

__version__ = version("linkage")

__all__ = ["__version__"]
