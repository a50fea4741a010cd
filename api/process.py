"""The process that serves: its open files."""

from __future__ import annotations

from contextlib import suppress

from api.logs import log

try:
    import resource
except ModuleNotFoundError:  # where the system has no such limits
    resource = None  # type: ignore[assignment]

OWN_FILES = 256
"""Files that are not connections of clients: the database's, those of solves, the log, what libraries load."""


def room_for(connections: int) -> int:
    """Raise the limit on open files as far as so many connections need it; return how many there is room for.

    Systems set the limit low (1,024, 256) for programs that cannot do with more, and let those that can raise it.
    """
    if resource is None:
        return connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, reachable), hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    room: int = max(1, soft - min(OWN_FILES, soft // 2))
    log.warning("room for fewer connections than set", extra={"connections": room, "open_files": soft})
    return room
