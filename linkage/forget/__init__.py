"""Deletes accounts wherever linkage keeps them, and says so in a signed receipt."""

from linkage.forget.everywhere import Places, forget
from linkage.forget.receipt import Receipt, read_receipt

__all__ = ["Places", "Receipt", "forget", "read_receipt"]
