"""The search for a plan: one model of everything, or a decomposition into activations.

From the bottom up::

    control, settings, search_parameters, search_state    clock and stop; what is asked; effort; incumbent and bounds
    cpsat/         solve_model, cuts, cut_loop            one CP-SAT call; exact tails and cuts; the loop of both
    windows/       cell_bounds, candidates, greedy_team, window
                                                          bounds of every cell; who is there and who suffices; a team
    problem                                               the instance as the search sees it, and what rotation couples
    bounds/        activation, coupled, parcel_counts, coupled_excess, lagrangian, lower_bounds, schedule
                                                          certified bounds, and the knapsacks and schedules over them
    heuristics/    partial_plan, insertion, from_schedule, ruin_recreate, neighbourhoods
                                                          plans: inserted, taken apart, made from a schedule, improved
    monolithic, decomposition                             the two methods of search
    search, budget_sweep, solution_pool                   the entry and step 3; every budget in one search
"""
