"""Workspaces, keys, scenarios, runs, plans and events, in SQLite or PostgreSQL."""
