"""Communities at every scale, and who belongs to them."""

from linkage.communities.counting import expand, lookup
from linkage.communities.leiden import leiden_backend
from linkage.communities.remembered import Remembered, remembering
from linkage.communities.search import find_communities
from linkage.communities.settle import Communities

__all__ = [
    "Communities", "Remembered", "expand", "find_communities", "leiden_backend", "lookup",
    "remembering",
]
