"""The service: scenarios over HTTP, runs that survive."""
