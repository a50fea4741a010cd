"""Solves in processes of their own: bounded in number, time and memory, ended early or killed from outside.

`executor` says what every executor does. `local` runs solves on this machine, in the turns that `fair_queue` keeps.
`supervise` brings one task to its outcome, by one `attempt` or two. Each has a `process`, forked from the
`fork_server`, in which `child` does the work; `process_messages` are what the two sides send each other.
"""
