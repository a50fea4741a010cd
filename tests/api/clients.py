"""Clients of a service on loopback, many at once, in a process of their own."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial


class Told(list[tuple[float, float]]):
    """When answers came and the seconds they took, and how many were none."""

    errors = 0


@contextmanager
def crowd(port: int, clients: int, paths: list[str], how: str = "ask") -> Iterator[Told]:
    """Have a process of its own `ask` or `visit` once a second, or `follow` events, for as long as the block runs."""
    script = [sys.executable, "-m", "tests.api.clients", str(port), str(clients), how, *paths]
    process = subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    told = Told()
    try:
        yield told
    finally:
        answer = json.loads(process.communicate("stop\n")[0])
        told += [(at, took) for at, took in answer["seconds"]]
        told.errors = answer["errors"]


async def _ask(
    port: int, paths: list[str], seconds: list[tuple[float, float]], errors: list[str], rng: random.Random
) -> None:
    await asyncio.sleep(rng.random())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        began = time.monotonic()
        await _answered(reader, writer, rng.choice(paths), errors)
        seconds.append((time.monotonic(), time.monotonic() - began))
        await asyncio.sleep(max(0.0, 1.0 - (time.monotonic() - began)))


async def _visit(
    port: int, paths: list[str], seconds: list[tuple[float, float]], errors: list[str], rng: random.Random
) -> None:
    """Ask on a new connection each time, as probes do."""
    await asyncio.sleep(rng.random())
    while True:
        began = time.monotonic()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await _answered(reader, writer, rng.choice(paths), errors)
            writer.close()
        except (OSError, EOFError) as error:
            errors.append(str(error))
        seconds.append((time.monotonic(), time.monotonic() - began))
        await asyncio.sleep(max(0.0, 1.0 - (time.monotonic() - began)))


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, errors: list[str]) -> None:
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: "))
    await reader.readexactly(length)
    if b" 200 " not in head.split(b"\r\n")[0]:
        errors.append(head.decode())


async def _follow(port: int, paths: list[str], errors: list[str], rng: random.Random) -> None:
    await asyncio.sleep(rng.random())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {rng.choice(paths)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        errors.append(head.decode())
    while await reader.readline():
        pass


async def _all(port: int, clients: int, how: str, paths: list[str]) -> None:
    seconds: list[tuple[float, float]] = []
    errors: list[str] = []
    rng = random.Random(1)
    ways = {
        "ask": partial(_ask, port, paths, seconds, errors),
        "visit": partial(_visit, port, paths, seconds, errors),
        "follow": partial(_follow, port, paths, errors),
    }
    work = ways[how]
    tasks = [asyncio.create_task(work(random.Random(rng.random()))) for _ in range(clients)]
    await asyncio.to_thread(sys.stdin.readline)
    errors += [str(task.exception()) for task in tasks if task.done()]
    for one in tasks:
        one.cancel()
    print(json.dumps({"seconds": seconds, "errors": len(errors)}))


if __name__ == "__main__":
    asyncio.run(_all(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
