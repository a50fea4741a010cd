"""The search for a plan: one model of everything, or a decomposition into activations.

From the bottom up::

    control, settings, search_parameters, search_state    clock and stop; what is asked; effort; incumbent and bounds
    cpsat/         solve_model, cuts, dominance, cut_loop one CP-SAT call; exact tails; dominance cuts; the loop
    windows/       cell_bounds, candidates, prefix_team, greedy_team, quick_team, refine, window, team_counts, counting
                                                          bounds of every cell; who is there and who suffices; teams
    problem                                               the instance as the search sees it, and what rotation couples
    bounds/        activation, coupled, parcel_counts, coupled_excess, lagrangian, lower_bounds, schedule, cell_*
                                                          certified bounds, and the knapsacks and schedules over them
    heuristics/    quick_start, partial_plan, insertion, from_schedule, ruin_recreate, neighbourhoods
                                                          plans: inserted, taken apart, made from a schedule, improved
    monolithic, decomposition, cell_search                the two methods of search; money, parcels, windows
    search, budget_sweep, solution_pool                   the entry and step 3; every budget in one search
"""
