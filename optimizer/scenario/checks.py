"""What must hold between the fields of a scenario, beyond the types: one small function per check, one list.

Every check looks at what it needs and nothing else, so that all problems of a file are told at once. A document whose
broken fields were cut away (`salvage`) is checked too; a check then keeps silent where what it needs was cut.

Locks that contradict other rules are no problem of the input: they make the scenario infeasible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from optimizer.errors import Problem
from optimizer.scenario import checks_dates as dates
from optimizer.scenario import checks_references as references
from optimizer.scenario import checks_values as values
from optimizer.scenario.models import Scenario
from optimizer.scenario.partial_validation import NO_GAPS, Gaps

CHECKS: tuple[Callable[[Scenario, Gaps], Iterator[Problem]], ...] = (
    values.currency_exists,
    values.money_fits_the_currency,
    values.transit_chances_sum_to_one,
    values.transit_is_short_enough,
    values.rate_band_is_in_order,
    values.rates_stay_below_one,
    values.lag_percentiles_are_in_order,
    values.comments_add_up,
    values.tier_ranges_are_in_order,
    values.entries_are_listed_once,
    values.holiday_calendar_exists,
    dates.horizon_is_a_period,
    dates.starts_are_in_range,
    dates.spans_are_in_order,
    dates.waves_are_few_enough,
    dates.every_wave_has_a_window,
    references.ids_are_unique,
    references.expanded_ids_are_unique,
    references.references_exist,
    references.products_are_named,
    references.locks_name_what_exists,
    references.locks_are_consistent,
)


def problems(scenario: Scenario, gaps: Gaps = NO_GAPS) -> Iterator[Problem]:
    """Yield everything that is wrong between the fields of a scenario; nothing for a scenario that can be planned.

    Parameters
    ----------
    scenario
        What the types have accepted.
    gaps
        Where broken fields were cut away before, if any were.
    """
    return chain.from_iterable(check(scenario, gaps) for check in CHECKS)
