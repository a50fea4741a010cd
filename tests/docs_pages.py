"""The pages that people read, taken apart: their fenced blocks, sections, links and headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FENCED = re.compile(r"^```(?P<kind>\w+) ?(?P<name>\S*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")


class Block(NamedTuple):
    """A fenced block: what it is, the word after that, and its lines."""

    kind: str
    name: str
    text: str

    def commands(self) -> Iterator[str]:
        """Return the lines of a ``console`` block that are typed."""
        return (line.removeprefix("$ ") for line in self.text.splitlines() if line.startswith("$ "))


class Link(NamedTuple):
    """A relative link: its text, the file (none: the page itself) and the heading it leads to."""

    text: str
    path: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """A Markdown file of the repository."""

    path: Path

    def __str__(self) -> str:
        """Return its path from the root, as the name of a test."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        """Return the file."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> list[Block]:
        """Return the fenced blocks, in order."""
        return [Block(**match.groupdict()) for match in FENCED.finditer(self.text)]

    @cached_property
    def prose(self) -> str:
        """Return the text without its fenced blocks."""
        return FENCED.sub("", self.text)

    @property
    def links(self) -> Iterator[Link]:
        """Return the links that stay in the repository."""
        for match in LINK.finditer(self.prose):
            if not match["target"].startswith(("http://", "https://", "mailto:")):
                path, _, anchor = match["target"].partition("#")
                yield Link(match["text"], path, anchor)

    @cached_property
    def anchors(self) -> set[str]:
        """Return the names that GitHub gives the headings."""
        seen: Counter[str] = Counter()
        anchors = set()
        for heading in re.findall(r"^#{1,6} (.+)$", self.prose, re.MULTILINE):
            slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        return anchors

    def section(self, title: str) -> str:
        """Return what stands below a heading of the second level."""
        return self.text.split(f"\n## {title}\n")[1].split("\n## ")[0]

    def first_cells(self, title: str) -> list[str]:
        """Return the first cell of each row of the first table in a section, without its head."""
        return re.findall(r"^\| `?([\w-]+)`? \|", self.section(title), re.MULTILINE)[1:]


README = Page(ROOT / "README.md")
PAGES = [
    *(Page(ROOT / name) for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "scenarios/README.md")),
    *(Page(path) for path in sorted((ROOT / "docs").glob("*.md"))),
]


def page(name: str) -> Page:
    """Return the page of `docs/` with this name."""
    return Page(ROOT / "docs" / f"{name}.md")
