"""The search for a plan: one model of everything, or a decomposition into activations.

From the bottom up::

    control, settings, search_parameters, search_state    clock and stop; request; effort; incumbent and bounds
    cpsat/         solve_model, feasibility, dominance, cut_loop
                                                          one CP-SAT call; exact judgement; dominance cuts; the loop
    windows/       cell_bounds, candidates, prefix_team, greedy_team, activation_cover, window, team_counts, counting
                                                          bounds of every cell; who is there and who suffices; teams
    problem                                               the instance as the search sees it, and what rotation couples
    bounds/        activation, coupled, contested, parcel_counts, coupled_excess, lagrangian, rotation, lower_bounds,
                   schedule, cell_*
                                                          certified bounds, and the knapsacks and schedules over them
    heuristics/    quick_start, partial_plan, insertion, from_schedule, ruin_recreate, neighbourhoods
                                                          plans: inserted, taken apart, made from a schedule, improved
    monolithic, cell_search                               one model of everything; money, parcels, windows
    decomposition, schedule_following, phases             the search in parts, its schedules, the order of its steps
    search, budget_sweep, solution_pool                   the entry and step 3; every budget in one search
"""
