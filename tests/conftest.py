"""Laws are tried on the same examples every time, however slow the machine is."""

from hypothesis import settings

settings.register_profile("linkage", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("linkage")

pytest_plugins = ("graph_server",)
