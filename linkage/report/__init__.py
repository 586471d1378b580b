"""The self-contained HTML report of a run."""

from linkage.report.page import write_report

__all__ = ["write_report"]
