"""``python -m tests.drawn RULE``: the seeds that `tests.tiny.DRAWN` can name for a rule."""

from __future__ import annotations

import sys
from unittest.mock import patch

from optimizer.model import rules
from tests.model.test_rule_table import best
from tests.tiny import tiny_scenario


def changed_without(rule: str, seed: int) -> bool:
    """Return whether the optimum of a tiny scenario is another one without a rule."""
    document = tiny_scenario(seed)
    others = tuple(each for each in rules.RULES if each.id != rule)
    whole = best(document)
    with patch.object(rules, "RULES", others):
        return best(document) != whole


if __name__ == "__main__":
    for number in range(250):
        if changed_without(sys.argv[1], number):
            print(number)
