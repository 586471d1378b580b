"""The tree of errors and their exit codes."""

import pytest

from linkage import errors


@pytest.mark.parametrize(("name", "code"), [
    ("LinkageError", 1), ("SettingsError", 2), ("InputError", 3), ("CapacityError", 3),
    ("QualityGateError", 4), ("GraphStoreError", 5), ("LockedError", 6),
])
def test_exit_codes_are_those_of_the_contract(name, code):
    error = getattr(errors, name)("it is so", fix="do this")
    assert error.exit_code == code
    assert isinstance(error, errors.LinkageError)
    assert (str(error), error.problem, error.fix) == ("it is so", "it is so", "do this")


def test_the_tree_in_the_module_names_every_error():
    for name in (one for one in vars(errors) if one.endswith("Error")):
        assert name in errors.__doc__
