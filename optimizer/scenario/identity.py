"""Who is who: a person is a handle, however it is spelled.

Handles are compared without regard to case, the ``@``, a profile's address around them, kinds of the same character
(Unicode NFKC), white space and characters that cannot be seen. Two records that name different platforms, by the
address or by the label `platform`, are two people; a record that names none may be either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

_PLATFORMS = {
    "instagram.com": "instagram",
    "instagr.am": "instagram",
    "tiktok.com": "tiktok",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "twitter.com": "x",
    "x.com": "x",
    "threads.net": "threads",
    "threads.com": "threads",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "twitch.tv": "twitch",
    "snapchat.com": "snapchat",
    "linkedin.com": "linkedin",
    "bsky.app": "bluesky",
    "pinterest.com": "pinterest",
    "pinterest.co.uk": "pinterest",
    "pinterest.de": "pinterest",
    "pinterest.fr": "pinterest",
}
_NAMES = {
    **{name: name for name in _PLATFORMS.values()},
    "ig": "instagram",
    "insta": "instagram",
    "tt": "tiktok",
    "yt": "youtube",
    "twitter": "x",
    "fb": "facebook",
}
_FOLDERS = frozenset({"c", "user", "channel", "add", "in", "profile", "company", "pages", "people", "stories", "_u"})
"""Parts of an address before the handle."""
_NO_PROFILES = {
    "instagram": frozenset({"p", "reel", "reels", "tv", "explore"}),
    "tiktok": frozenset({"t", "v", "tag", "music", "discover"}),
    "youtube": frozenset({"watch", "shorts", "playlist", "embed", "live", "results", "hashtag"}),
    "x": frozenset({"i", "intent", "share", "search", "hashtag"}),
    "threads": frozenset({"t"}),
    "facebook": frozenset(
        {
            "profile.php",
            "story.php",
            "permalink.php",
            "photo.php",
            "photo",
            "groups",
            "events",
            "watch",
            "share",
            "reel",
        }
    ),
    "pinterest": frozenset({"pin"}),
    "linkedin": frozenset({"posts", "feed", "pulse"}),
}
"""What stands in the place of a handle in addresses of posts, searches and the like."""
_SHORT = frozenset({"youtu.be", "vm.tiktok.com", "vt.tiktok.com"})
"""Hosts whose addresses lead to a post, without a handle."""
_UNSEEN = dict.fromkeys(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    ]
)
"""Characters that are drawn as nothing, beside those of Unicode's categories of controls and formats."""
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?((?:[\w-]+\.)+[a-z]{2,})(?::[0-9]+)?(/[^?#]*)?(?:[?#].*)?"
)
_ODD = re.compile(r"[/:%\s]")
_ENDINGS = tuple(_PLATFORMS)
_NAMED = re.compile(r"([a-z]{2,9})\s*[:/]\s*@?([^/:]+)")


class Person(NamedTuple):
    """Somebody, as far as a handle tells; `platform` is None where it is not named."""

    name: str
    platform: str | None


def person_of(handle: str | None, labels: Mapping[str, str] | None = None) -> Person | None:
    """Return who a record speaks of; None where its handle names nobody, as the address of a post does.

    Examples
    --------
    >>> person_of("@Fern.Hill "), person_of("https://www.instagram.com/fern.hill/")
    (Person(name='fern.hill', platform=None), Person(name='fern.hill', platform='instagram'))
    """
    if not handle:
        return None
    said = _platform_named((labels or {}).get("platform"))
    if handle.isascii() and handle.isprintable() and not _ODD.search(handle):
        name, found = handle.lower(), None
        if name.endswith(_ENDINGS):
            name, found = _parts(name)
    else:
        name, found = _parts(_tidied(handle))
    name = name.lstrip("@")
    return Person(name, found or said) if name else None


def repeated(people: Iterable[tuple[int, Person | None]]) -> Iterator[tuple[int, int]]:
    """Yield the place of every record that speaks of an earlier one's person, and the place of the first of these."""
    first: dict[str, int] = {}
    on_platform: dict[Person, int] = {}
    for place, person in people:
        if person is None:
            continue
        if person.platform is None:
            earlier = first.get(person.name)
        else:
            named, unnamed = on_platform.get(person), on_platform.get(Person(person.name, None))
            earlier = named if unnamed is None else unnamed if named is None else min(named, unnamed)
        if earlier is not None:
            yield place, earlier
        first.setdefault(person.name, place)
        on_platform.setdefault(person, place)


def _platform_named(label: str | None) -> str | None:
    if not label or not label.strip():
        return None
    name = re.sub(r"[\s_-]+", "", _tidied(label))
    return _NAMES.get(name, _PLATFORMS.get(name.removeprefix("www."), name))


def _tidied(text: str) -> str:
    """Return a text in one spelling: NFKC, without case, white space and what cannot be seen."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_UNSEEN)
    return "".join(
        character for character in folded if unicodedata.category(character) not in {"Cf", "Cc", "Zs", "Zl", "Zp"}
    )


def visible(text: str) -> str:
    """Return a text without characters that cannot be seen.

    Examples
    --------
    >>> visible("@fern\u200bhill")
    '@fernhill'
    """
    if text.isascii():
        return text
    return "".join(letter for letter in text.translate(_UNSEEN) if unicodedata.category(letter) not in {"Cf", "Cc"})


def _parts(text: str) -> tuple[str, str | None]:
    """Return the handle in a tidied text, empty in a post's address, and the platform that it names."""
    address = _ADDRESS.fullmatch(text)
    if address and not text.startswith("@"):
        host = re.sub(r"^(?:www|m|mobile|web|vm|[a-z]{2})\.", "", address[1])
        platform = _PLATFORMS.get(host)
        parts = [part for part in unquote(address[2] or "").split("/") if part]
        while parts and parts[0] in _FOLDERS:
            parts.pop(0)
        if platform and parts:
            if address[1].removeprefix("www.") in _SHORT or parts[0] in _NO_PROFILES.get(platform, ()):
                return "", platform
            return _tidied(parts[0]), platform
        if "://" in text or parts:
            return "/".join([host, *parts]), None
    named = _NAMED.fullmatch(text)
    if named and named[1] in _NAMES:
        return named[2], _NAMES[named[1]]
    return text, None
