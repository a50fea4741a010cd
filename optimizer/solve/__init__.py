"""The search for a plan: one model of everything, or a decomposition into activations.

From the bottom up::

    control, settings, search_parameters, search_state    clock and stop; what is asked; effort; incumbent and bounds
    cpsat/         solve_model, cuts, cut_loop            one CP-SAT call; exact tails and cuts; the loop of both
    windows/       core, cell_bounds, candidates, greedy_team, window
                                                          who suffices, a bound for every cell, a team, all of a window
    problem, coupling                                     the instance as the search sees it; what rotation couples
    bounds/        activation, coupled, parcel_counts, coupled_excess, lagrangian, lower_bounds, knapsack, schedule
                                                          certified bounds, and the knapsacks and schedules over them
    heuristics/    partial_plan, insertion, exact_insertion, from_schedule, ruin_recreate, neighbourhoods
                                                          plans: inserted, taken apart, made from a schedule, improved
    monolithic, decomposition, embeddedness               the two methods of search; step 3
    search, budget_sweep, solution_pool                   the entry; every budget in one search
"""
