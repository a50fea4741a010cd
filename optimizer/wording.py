"""Words for sentences: numbers with their nouns."""

from __future__ import annotations


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "gift"), counted(20000, "campaign"), counted(2, "community", "communities")
    ('1 gift', '20,000 campaigns', '2 communities')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
