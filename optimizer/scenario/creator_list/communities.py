"""Communities as lists name them: by id or by name, one or several in a cell."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer.tables.grid import plain_name
from optimizer.tables.words import items


@dataclass
class Names:
    """The communities of a scenario by everything they may be called.

    Parameters
    ----------
    listed
        The communities of the scenario, unchecked.
    open
        Take a name that is not known as a new community.
    """

    listed: Sequence[Mapping[str, Any]]
    open: bool = False
    added: dict[str, str] = field(default_factory=dict)
    _by_name: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.listed:
            if isinstance(item.get("name"), str):
                self._by_name.setdefault(plain_name(item["name"]), str(item.get("id")))
        for item in self.listed:
            self._by_name[plain_name(str(item.get("id")))] = str(item.get("id"))
        self._ids = {str(item.get("id")) for item in self.listed}

    def find(self, cell: str) -> tuple[list[str], list[str]]:
        """Return the ids of the communities in a cell, and what is none of them.

        Examples
        --------
        >>> Names([{"id": "ferns", "name": "Ferns & mosses"}]).find("Ferns & mosses, Bonsai")
        (['ferns'], ['Bonsai'])
        """
        found: list[str] = []
        unknown: list[str] = []
        for part in items(cell):
            ids, rest = self._in(part)
            found += ids
            unknown += rest
        if self.open:
            found += [self._add(name) for name in unknown]
            unknown = []
        return found, unknown

    def _in(self, text: str) -> tuple[list[str], list[str]]:
        """Read one entry, which may list several with commas; a name may hold a comma itself, so the longest counts."""
        known = self._known(text)
        if known is not None:
            return [known], []
        pieces = [piece.strip() for piece in re.split(r"[,，、]", text) if piece.strip()]
        if len(pieces) == 1:
            pieces = self._halves(pieces[0])
        found: list[str] = []
        unknown: list[str] = []
        place = 0
        while place < len(pieces):
            for end in range(len(pieces), place, -1):
                known = self._known(", ".join(pieces[place:end]))
                if known is not None:
                    found.append(known)
                    place = end
                    break
            else:
                unknown.append(pieces[place])
                place += 1
        return found, unknown

    def _halves(self, text: str) -> list[str]:
        """Return both sides of a stroke where each is known, as in ``ferns/bonsai``."""
        sides = [side.strip() for side in re.split(r"\s*[/+]\s*|\s+and\s+|\s+&\s+", text) if side.strip()]
        return sides if len(sides) > 1 and all(self._known(side) is not None for side in sides) else [text]

    def _known(self, text: str) -> str | None:
        return text if text in self._ids else self._by_name.get(plain_name(text))

    def _add(self, name: str) -> str:
        """Return the id of a new community."""
        key = plain_name(name)
        if key not in self._by_name:
            slug = re.sub(r"[^\w]+", "-", name.casefold()).strip("-_") or name
            while slug in self._ids:
                slug += "-2"
            self._ids.add(slug)
            self._by_name[key] = slug
            self.added[slug] = name
        return self._by_name[key]

    def remedy(self, name: str) -> str:
        """Return what to do about a name that is none."""
        every = [str(item.get("id")) for item in self.listed]
        spelled = {
            plain_name(str(item.get("name") or item.get("id"))): str(item.get("id")) for item in self.listed[:1000]
        }
        close = difflib.get_close_matches(plain_name(name), list(spelled), n=1)
        if close:
            return f"Did you mean `{spelled[close[0]]}`?"
        return f"The scenario has: {', '.join(every[:20])}{', …' if len(every) > 20 else ''}."
