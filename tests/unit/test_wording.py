"""What identifiers say, in words that people read."""

import pytest

from linkage.rings.wording import Wording, signed_up


@pytest.mark.parametrize(("name", "says"), [
    ("2026-05-21T06:50/a/public/api",
     "signed up between 06:50 and 07:00 on 21 May 2026 over the API with public mail"),
    ("2026-12-31T23:55/b/none/",
     "signed up between 23:55 on 31 December 2026 and 00:05 without mail"),
    ("2026-05-02T06:05/b/disposable/partner_{x}",
     "signed up between 06:05 and 06:15 on 2 May 2026 by partner {x} with disposable mail"),
])
def test_minutes_of_signing_up_read_as_times(name, says):
    assert Wording().says("signup_burst", name) == says


def test_a_hashed_name_stays_one():
    assert signed_up("3f9a01cc") is None
    assert Wording().says("signup_burst", "3f9a01cc") == "signed up in the same minutes (3f9a01cc)"


def test_a_users_own_sentence_goes_first():
    words = Wording(sentences={"signup_burst": "was made with {}"})
    assert words.says("signup_burst", "2026-05-21T06:50/a/public/api").startswith("was made with")
