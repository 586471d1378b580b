"""Communities at every scale, and who belongs to them."""

from linkage.communities.counting import expand, lookup
from linkage.communities.leiden import leiden_backend
from linkage.communities.search import find_communities
from linkage.communities.settle import Communities

__all__ = ["Communities", "expand", "find_communities", "leiden_backend", "lookup"]
