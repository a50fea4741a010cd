"""One solver call, bounds, and the search for a plan as a whole.

From the bottom up::

    call, closing, exact, control      one CP-SAT call; the exact tail as last word; clock and stop
    core, parametric, candidates_of, team     one window: who suffices, a bound for every cell, a team at once
    catalogue, problem                 all windows; the problem as the search sees it
    blocks, runs, sizes, excess        bounds: alone, in pairs, by parcels, in pairs beyond their parcels
    prices, schedule_model, schedule          bounds: with prices, with places and days
    lower_bounds, master                     what is proven, and the knapsacks over it
    partial, placing, rebuild, follow    plans: place, take back, follow a schedule
    assemble, improve, whole           the same exactly: one activation, a few, all at once
    decomposed, embed, search          the order of it all; step 3; the entry
"""
