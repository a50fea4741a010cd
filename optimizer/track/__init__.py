"""A campaign that has begun: from a plan and events to its status on a day.

`reading` takes events from a file, `ledger` what they say together and where they contradict each other, `lines` how
each creator stands, `outlook` when a post may still come. `posterior` weighs the campaign's unknown rate by all posts
and all silence, exactly; `odds`, `rescue` and `recourse` build on it. `tracking` puts the status together.
"""
