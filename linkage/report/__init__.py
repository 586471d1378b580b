"""The self-contained HTML pages of a run: one for the whole, one per ring worth a look."""

from linkage.report.page import (
    write_overview,
    write_report,
    write_ring_page,
    write_ring_pages,
)

__all__ = ["write_overview", "write_report", "write_ring_page", "write_ring_pages"]
