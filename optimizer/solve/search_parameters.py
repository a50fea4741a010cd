"""Every number that steers the search, in one place.

None of them can make a bound or a plan wrong: bounds are certified and plans judged under any values. They decide
how long the search works at what, and so how soon it ends and how good a plan it has by then. *Effort* is CP-SAT's
deterministic time: about seconds on a quick machine, and the same on every machine, so that equal seeds give equal
plans. Where a number was chosen by a measurement the field says which; the others are round numbers that the
benchmark families (docs/benchmarks.md) did not ask to change.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchParameters:
    """How the search spends its time.

    Attributes
    ----------
    plain_options
        Up to this many options (people × modes × days × windows) one monolithic model is the shortest way.
    plan_share
        Share of the time left that each of the two calls for a plan of the plain method may take.
    people_share, most_people_seconds
        Share of the time left, and at most how many seconds, kept for choosing the most embedded (step 3).
    monolithic_first_options, monolithic_first_share
        Up to this many options the decomposition tries the monolithic model early, for this share of the time left.
    monolithic_last_options
        Up to this many options the decomposition tries the monolithic model at its end.
    reach_sample
        Likeliest people asked first whether a window can reach its confidence; the whole network is asked only where
        they cannot.
    worth_planning
        Cells whose bound is above this many times the cost of a team are bounded, but not planned in.
    worth_pair_rows
        Cells that get rows of both groups where activations share what runs short: up to this many times the cost of a
        team.
    quick_start_windows
        Windows of an activation that the first plan may take, the strongest.
    prefixes_tried
        Smallest teams along orders of people that are tried on their days.
    worth_thresholds, worth_thresholds_shared
        Numbers of people whose cheapest cost more than this many times a first team are bounded by that alone; the
        second where activations share what runs short, so that dearer teams may be needed.
    refine_windows, refine_cells
        Windows and cells of each that are tried for a first team, which says where rows of both groups pay.
    greedy_cells, greedy_tilt, greedy_spare_gifts, greedy_paid_weight, greedy_paid_worth
        Greedy teams: cells tried, the most promising first; tilt of the weights; gifts tried beyond a cell's; what a
        paid creator's probability is worth against a gift's φ when days are shared out (a paid post lost costs more);
        how many times over a payer's probability is paid for when payers are ordered.
    windows_bounded_fully
        Where activations share limits, the cheapest windows of each that are bounded to the end; of the others it is
        only asked whether one is the cheapest.
    window_effort, window_cut_rounds
        Bounding one window by CP-SAT: effort of a call, and rounds of cuts.
    coupled_effort, coupled_cut_rounds, coupled_rounds
        Bounding coupled pairs: effort of a call, rounds of cuts, and how often the best set is chosen again.
    parcel_count_effort, parcel_count_cut_rounds, dear_parcel_counts
        Bounding numbers of parcels: effort, rounds of cuts; teams that cost more than this many times the window's
        bound are not worth another call.
    excess_effort, excess_cut_rounds, excess_gap
        Bounding what pairs cost beyond their numbers of parcels: effort, rounds of cuts, gap.
    largest_subset_group
        Coupled groups up to this size are bounded subset by subset (2^size Booleans).
    knapsack_effort
        Choosing what to secure.
    cell_search_share, master_worth, master_cells, master_rounds, master_seconds, master_gap, master_first_gap
        The cell master: share of the time left; cells up to this many times the window's bound are told apart; cells
        beyond which it is left out; rounds of cuts; seconds of one call; its relative gap, and that of calls that look
        for windows of a value no plan has yet (a scenario with stock and monthly caps spent half of its time in one
        such call).
    master_people_effort, master_proof_effort
        Choosing people on the master's windows, and proving what they cost there: effort.
    mip_nodes, mip_seconds
        Nodes of HiGHS' search tree that stand for one unit of effort; seconds of one call, which cannot be interrupted.
    schedule_effort, quick_schedule_effort
        The schedule relaxation; for the first bound on value less, as ruling values out one by one is quicker then.
    price_rounds, first_price_box, worth_a_price_round
        The Lagrangian bound: rounds; first step in prices, as a share of the median parcel's cost; a round that can
        raise the bound by less than this share is the last.
    rotation_rounds, rotation_rounds_in_vain, rotation_hope, rotation_least_hope, rotation_memory
        Prices for participations: most rounds; each hopes to raise the bound by a share of it, which is halved after so
        many rounds in vain, down to the least; share of the last direction that the next one keeps.
    first_tries, first_tries_of_some, first_tries_before_master, tries
        Ruin and recreate ends after this many attempts in a row in vain: for the first plan; for that where some
        activations may be left out, as what is wanted may not go together; for that where the cell master then says
        what goes together (eight attempts took 3 s of 7 where months have caps, in vain); and later.
    first_tries_share
        Share of the time left that they may take where a plan of the highest value is there.
    most_removed, most_missing_tried, missing_first, reserving
        Ruin and recreate: activations removed at once; missing ones tried beside; how often a missing one is the
        centre; how often a recorded team of a coupled activation is proposed or kept free.
    scarcity_charge
        A parcel on the most contested day is charged this share of the median parcel, so that those who can avoid it.
    schedules, money_to_spare, time_after_schedules
        Schedules followed; share of the budget that the first of them leaves; share of the time left that following
        them leaves for the rest.
    repair_effort, repair_sizes
        Deciding again those who share ship days with an activation that did not fit: effort, and how many at once.
    insertion_effort, insertion_cut_rounds
        Inserting one activation exactly: effort of a call, and rounds of cuts.
    neighbourhood_effort, coupled_neighbourhood_effort, largest_neighbourhood, neighbourhoods_in_vain
        Exact neighbourhoods: effort, effort for a whole coupled group, largest size, and how many in vain end them.
    early_neighbourhoods_share
        Share of the time left that they may take before the first ruin and recreate.
    first_within_limits_share, first_within_limits_cut_rounds, within_limits_share
        Bounding activations whose best teams break shared limits by themselves: share of the time left, and rounds of
        cuts, before a plan is assembled; share of the time left after that.
    contested_share, contested_branches, contested_looked_at
        Branching on contested creators: share of the time left, branches of one run, and conflicts whose branches are
        compared. Eleven open scenarios of family W took 3 to 31 branches; where whole teams are contested, as among
        waves of one community, 30,000 branches raised the bound no further than the first hundred.
    priced_cells_worth, next_best_people
        A whole coupled group is decided among the people of the cells up to this share above the least priced bound,
        and so many of the next best of each mode.
    rounds_in_vain
        Rounds of improvement, and of raising prices, in vain.
    people_gap, one_activation_people_effort, all_people_effort, people_options_at_once
        Choosing the most embedded: gap, effort for one activation and for all at once, which is tried up to this many
        options.
    most_people_looked_at, most_days_looked_at
        Of each activation this many of the most embedded are looked at, on this many days each.
    times_equal_share, largest_share
        A budget of a sweep may take this many times its equal share of the time left, or this share of all of it:
        most need far less.
    open_gap_teams, open_gap_seconds, open_gap_share
        Why a gap stays open is measured after the search with at most this many greedy teams, so that equal runs say
        the same; the clock ends it only where teams take unusually long: seconds, and share of the time limit.
    """

    plain_options: int = 100
    plan_share: float = 0.25
    people_share: float = 0.1
    most_people_seconds: float = 5.0
    monolithic_first_options: int = 5_000
    monolithic_first_share: float = 0.5
    monolithic_last_options: int = 20_000
    reach_sample: int = 60
    worth_planning: float = 1.2
    worth_pair_rows: float = 1.08
    quick_start_windows: int = 6
    prefixes_tried: int = 6
    worth_thresholds: float = 1.25
    worth_thresholds_shared: float = 1.7
    refine_windows: int = 2
    refine_cells: int = 4
    greedy_cells: int = 5
    greedy_tilt: float = 0.5
    greedy_spare_gifts: int = 3
    greedy_paid_weight: float = 4.0
    greedy_paid_worth: tuple[float, ...] = (0.0, 1.0, 2.0)
    windows_bounded_fully: int = 3
    window_effort: float = 10.0
    window_cut_rounds: int = 40
    coupled_effort: float = 4.0
    coupled_cut_rounds: int = 3
    coupled_rounds: int = 40
    parcel_count_effort: float = 2.0
    parcel_count_cut_rounds: int = 4
    dear_parcel_counts: float = 3.0
    excess_effort: float = 4.0
    excess_cut_rounds: int = 3
    excess_gap: float = 0.02
    largest_subset_group: int = 10
    knapsack_effort: float = 10.0
    cell_search_share: float = 0.9
    master_worth: float = 2.2
    master_cells: int = 8_000
    master_rounds: int = 12
    master_seconds: float = 2.0
    master_gap: float = 1e-5
    master_first_gap: float = 0.02
    master_people_effort: float = 1.5
    master_proof_effort: float = 4.0
    mip_nodes: int = 200
    mip_seconds: float = 2.0
    schedule_effort: float = 6.0
    quick_schedule_effort: float = 2.0
    price_rounds: int = 40
    first_price_box: float = 0.15
    worth_a_price_round: float = 2e-5
    rotation_rounds: int = 200
    rotation_rounds_in_vain: int = 6
    rotation_least_hope: float = 1e-4
    rotation_memory: float = 0.6
    rotation_hope: float = 0.05
    first_tries: int = 40
    first_tries_share: float = 0.6
    first_tries_of_some: int = 8
    first_tries_before_master: int = 4
    tries: int = 150
    most_removed: int = 4
    most_missing_tried: int = 2
    missing_first: float = 0.7
    reserving: float = 0.6
    scarcity_charge: float = 0.002
    schedules: int = 80
    money_to_spare: float = 0.005
    time_after_schedules: float = 0.35
    repair_effort: float = 3.0
    repair_sizes: tuple[int, ...] = (4, 8, 14)
    insertion_effort: float = 4.0
    insertion_cut_rounds: int = 6
    neighbourhood_effort: float = 6.0
    coupled_neighbourhood_effort: float = 20.0
    largest_neighbourhood: int = 3
    neighbourhoods_in_vain: int = 12
    early_neighbourhoods_share: float = 0.25
    first_within_limits_share: float = 0.2
    first_within_limits_cut_rounds: int = 6
    within_limits_share: float = 0.4
    contested_share: float = 0.3
    contested_branches: int = 1_000
    contested_looked_at: int = 4
    priced_cells_worth: float = 0.03
    next_best_people: int = 6
    rounds_in_vain: int = 6
    people_gap: float = 0.001
    one_activation_people_effort: float = 0.06
    all_people_effort: float = 0.25
    people_options_at_once: int = 2_000
    most_people_looked_at: int = 100
    most_days_looked_at: int = 2
    times_equal_share: float = 2.0
    largest_share: float = 0.25
    open_gap_teams: int = 40
    open_gap_seconds: float = 0.4
    open_gap_share: float = 0.04


PARAMETERS = SearchParameters()
"""What every search uses."""
