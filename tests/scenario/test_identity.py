"""A person is a handle, however it is spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.scenario.identity import person_of, repeated

HANDLES = st.text(alphabet="abcxyz0129._", min_size=2, max_size=20).filter(lambda text: text.strip("._"))


@pytest.mark.parametrize(
    "spelled",
    ["fern.hill", "@FERN.Hill", " @ fern.hill ", "＠fern.hill", "fern\u200b.hill", "@@fern.hill"],
)
def test_spellings_of_one_handle(spelled: str) -> None:
    assert person_of(spelled) == ("fern.hill", None)


@pytest.mark.parametrize(
    ("address", "platform"),
    [
        ("https://www.instagram.com/fern.hill/", "instagram"),
        ("instagram.com/Fern.Hill?igsh=abc", "instagram"),
        ("https://www.tiktok.com/@fern.hill", "tiktok"),
        ("m.youtube.com/@fern.hill/videos", "youtube"),
        ("https://twitter.com/fern.hill#top", "x"),
        ("ig: @fern.hill", "instagram"),
    ],
)
def test_addresses_name_the_platform(address: str, platform: str) -> None:
    assert person_of(address) == ("fern.hill", platform)


def test_the_label_names_the_platform_where_the_handle_does_not() -> None:
    assert person_of("@a", {"platform": "Instagram"}) == ("a", "instagram")
    assert person_of("tiktok.com/@a", {"platform": "Instagram"}) == ("a", "tiktok")


@pytest.mark.parametrize(
    "address",
    [
        "https://www.instagram.com/p/Cxyz12/",
        "instagram.com/reel/Cxyz12",
        "https://youtu.be/a1b2c3",
        "https://www.youtube.com/watch?v=a1b2c3",
        "https://vm.tiktok.com/ZMa1b2/",
        "https://www.facebook.com/profile.php?id=1000",
    ],
)
def test_the_address_of_a_post_names_nobody(address: str) -> None:
    assert person_of(address) is None


def test_a_post_below_a_profile_names_whose_it_is() -> None:
    assert person_of("https://www.tiktok.com/@fern.hill/video/7") == ("fern.hill", "tiktok")
    assert person_of("https://www.instagram.com/fern.hill/p/Cxyz12/") == ("fern.hill", "instagram")


def test_what_names_nobody() -> None:
    assert [person_of(text) for text in (None, "", "@", " ", "\u200b")] == [None] * 5


@given(HANDLES, st.sampled_from(["{}", "@{}", "{} ", "https://instagram.com/{}/", "https://www.instagram.com/{}?a=b"]))
def test_any_spelling_is_the_same_person(handle: str, form: str) -> None:
    person = person_of(form.format(handle.upper()))
    assert person is not None
    assert person.name == handle.lower()


def test_who_comes_again_and_where_they_stood_first() -> None:
    handles = ["@a", "instagram.com/b", "tiktok.com/@b", "B", "c", "A", None]
    people = list(enumerate(map(person_of, handles)))
    assert list(repeated(people)) == [(3, 1), (5, 0)]
