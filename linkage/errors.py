"""The one tree of errors that users see, with their exit codes.

    LinkageError                 1   a bug, if nothing below fits
    ├── SettingsError            2   a flag, environment variable or linkage.toml
    ├── InputError               3   an input file, folder or output place
    │   └── CapacityError        3   the work would not fit this machine
    ├── QualityGateError         4   the data is too bad to publish a result
    ├── GraphStoreError          5   Neo4j
    └── LockedError              6   another run holds the lock
"""


class LinkageError(Exception):
    """What a user or an outside system did, said in one sentence with its fix.

    Parameters
    ----------
    problem
        What is wrong, with the offending value.
    fix
        What to do about it, as an instruction; empty when there is nothing to say.
    """

    exit_code = 1

    def __init__(self, problem: str, *, fix: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


class SettingsError(LinkageError):
    """A flag, environment variable or line of ``linkage.toml`` is wrong."""

    exit_code = 2


class InputError(LinkageError):
    """An input file cannot be used, or the output place cannot be written."""

    exit_code = 3


class CapacityError(InputError):
    """The work was counted beforehand and would not fit."""


class QualityGateError(LinkageError):
    """A gate on the quality of the data closed; nothing was published."""

    exit_code = 4


class GraphStoreError(LinkageError):
    """Neo4j could not be reached or refused."""

    exit_code = 5


class LockedError(LinkageError):
    """Another run holds the lock."""

    exit_code = 6
