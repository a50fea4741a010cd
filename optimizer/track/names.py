"""Which creator and which activation a cell means: by id, by an id that a spreadsheet was kept from, or by handle."""

from __future__ import annotations

import difflib

from optimizer.scenario.csv_injection import original
from optimizer.scenario.identity import Person, person_of
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import Wave, waves

_COMPARED = 1_000
"""Names that a misspelt one is compared with, so that a large wrong file stays quick to refuse."""


class Names:
    """Looks up the creators and activations of one scenario."""

    def __init__(self, scenario: Scenario):
        self.creators: dict[str, Creator] = {creator.id: creator for creator in scenario.creators}
        self.waves: dict[str, Wave] = {wave.id: wave for wave in waves(scenario)}
        self._people: dict[str, list[tuple[Person, str]]] = {}
        for creator in scenario.creators:
            person = person_of(creator.handle, creator.labels)
            if person is not None:
                self._people.setdefault(person.name, []).append((person, creator.id))

    def creator(self, text: str) -> str | None:
        """Return the id of the creator that a text means; None where it is nobody's, or more than one's."""
        for spelled in (text, original(text), text.strip(), original(text.strip())):
            if spelled in self.creators:
                return spelled
        person = person_of(original(text.strip()))
        if person is None:
            return None
        fitting = {
            name
            for other, name in self._people.get(person.name, ())
            if None in (other.platform, person.platform) or other.platform == person.platform
        }
        return fitting.pop() if len(fitting) == 1 else None

    def activation(self, text: str) -> str | None:
        """Return the id of the activation that a text means, None where there is none."""
        for spelled in (text, original(text), text.strip(), original(text.strip())):
            if spelled in self.waves:
                return spelled
        return None


def did_you_mean(text: str, names: list[str], otherwise: str) -> str:
    """Return a remedy for a name that does not exist."""
    close = difflib.get_close_matches(text, names[:_COMPARED], n=1)
    return f"Did you mean `{close[0]}`?" if close else otherwise
