from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from api.store import Store
from api.store.keys import COARSE
from api.store.records import Scope
from api.store.tables import METADATA
from tests.api.store.runs import NOON, Clock, at_once, listening, sizes


def test_a_secret_leads_to_its_key(store: Store) -> None:
    key, secret = store.create_key("summer", "finance", Scope.READ)
    other, other_secret = store.create_key("summer", "planner", Scope.ADMIN)
    assert secret.startswith("gs_")
    assert len(secret) >= 3 + 43  # 256 bits in base64
    assert store.identify(secret) == key
    assert store.identify(other_secret) == other
    assert (key.workspace, key.name, key.scope) == ("summer", "finance", Scope.READ)
    assert key.workspace_id == other.workspace_id
    assert [each.id for each in store.keys()] == [key.id, other.id]  # noqa: SIM118


@pytest.mark.parametrize("wrong", ["", "gs_", "gs_" + "A" * 43, "ü", "' OR 1=1 --"])
def test_other_secrets_lead_nowhere(store: Store, wrong: str) -> None:
    _, secret = store.create_key("summer", "finance", Scope.READ)
    assert store.identify(wrong) is None
    assert store.identify(secret[:-1]) is None
    assert store.identify(secret + "A") is None
    assert store.identify(secret.swapcase()) is None


def test_a_revoked_key_is_refused_for_good(store: Store) -> None:
    key, secret = store.create_key("summer", "finance", Scope.READ)
    _, kept = store.create_key("summer", "planner", Scope.READ)
    assert store.revoke_key(key.id)
    assert store.identify(secret) is None
    assert store.identify(kept) is not None
    assert not store.revoke_key(key.id)
    assert not store.revoke_key("nobody's")
    revoked = next(each for each in store.keys() if each.id == key.id)  # noqa: SIM118
    assert revoked.revoked_at is not None


def test_a_key_stands_until_it_is_revoked(store: Store) -> None:
    key, _ = store.create_key("summer", "finance", Scope.READ)
    assert store.stands(key.id)
    store.revoke_key(key.id)
    assert not store.stands(key.id)
    assert not store.stands("nobody's")


def test_revoking_the_last_key_does_not_open_the_door(store: Store) -> None:
    assert not store.has_keys()
    key, _ = store.create_key("summer", "finance", Scope.READ)
    store.revoke_key(key.id)
    assert store.has_keys()


def test_a_secret_is_nowhere_in_the_tables(store: Store) -> None:
    _, secret = store.create_key("summer", "finance", Scope.READ)
    store.identify(secret)
    with store.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(select(table)):
                assert not any(isinstance(value, str) and secret[3:] in value for value in row)


def test_use_is_noted_now_and_then(store: Store) -> None:
    clock = Clock()
    store = Store(store.engine, clock)
    key, secret = store.create_key("summer", "finance", Scope.READ)
    assert key.last_used_at is None
    store.identify(secret)
    assert store.keys()[0].last_used_at == NOON
    clock.time = NOON + COARSE / 2
    with listening(store) as heard:
        store.identify(secret)
    assert not [statement for statement, _ in heard if statement.startswith("UPDATE")]
    assert store.keys()[0].last_used_at == NOON
    clock.time = NOON + COARSE
    store.identify(secret)
    assert store.keys()[0].last_used_at == NOON + COARSE


def test_scopes_include_the_ones_before() -> None:
    covered = {(held, needed) for held, needed in product(Scope, Scope) if held.covers(needed)}
    assert covered == {
        (Scope.READ, Scope.READ),
        (Scope.RUN, Scope.READ),
        (Scope.RUN, Scope.RUN),
        (Scope.ADMIN, Scope.READ),
        (Scope.ADMIN, Scope.RUN),
        (Scope.ADMIN, Scope.ADMIN),
    }


def test_a_workspace_is_made_once_however_many_ask(store: Store) -> None:
    made = at_once([lambda: store.create_key("summer", "finance", Scope.READ)[0].workspace_id] * 10)
    assert len(set(made)) == 1
    assert len({each.id for each in at_once([store.default_workspace] * 10)}) == 1
    assert sizes(store)["workspaces"] == 2
    assert sizes(store)["keys"] == 10
