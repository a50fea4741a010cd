"""Solves in processes of their own: bounded in number, time and memory, ended early or killed from outside.

`executor` says what every executor does, `local` runs solves on this machine, `supervise` looks after one of them, and
`child` is what runs inside it.
"""
