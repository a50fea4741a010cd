from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, delete, inspect, text

from api.store import Store
from api.store.engine import make_engine, migrating, writing
from api.store.errors import DamagedDatabase, UnknownSchema
from api.store.migrate import downgrade, is_current, upgrade
from api.store.states import State
from api.store.tables import METADATA, scenarios
from tests.api.store.runs import NOON, PLANNED, at_once, fill, new_run, put, running, sizes


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Lend a store in a database of its own, as these tests change its tables."""
    made = Store(make_engine(url))
    upgrade(made.engine)
    yield made
    made.close()


def test_migrations_lead_to_the_tables_that_the_code_knows(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_migrations_make_every_constraint_that_the_code_relies_on(store: Store) -> None:
    """The comparison above looks neither at checks nor at what a deletion takes along."""
    found = inspect(store.engine)
    for table in METADATA.tables.values():
        keys = {key["name"]: key["options"].get("ondelete") for key in found.get_foreign_keys(table.name)}
        declared = [each for each in table.constraints if isinstance(each, ForeignKeyConstraint)]
        assert keys == {each.name: each.ondelete for each in declared}
        checks = {check["name"] for check in found.get_check_constraints(table.name)}
        assert checks == {each.name for each in table.constraints if str(each.name).endswith("_check")}
        unique = {each["name"] for each in found.get_unique_constraints(table.name)}
        assert unique == {each.name for each in table.constraints if isinstance(each, UniqueConstraint)}
        assert found.get_pk_constraint(table.name)["name"] == table.primary_key.name


def test_there_and_back(store: Store, workspace: str) -> None:
    put(store, workspace, State.DONE)
    upgrade(store.engine)  # nothing to do, nothing lost
    assert sizes(store)["plans"] == 1
    downgrade(store.engine)
    assert inspect(store.engine).get_table_names() == ["alembic_version"]
    upgrade(store.engine)
    assert set(sizes(store).values()) == {0}


def test_a_run_of_the_first_version_goes_on(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)
    downgrade(store.engine, "0001")
    assert not is_current(store.engine)
    upgrade(store.engine)
    assert is_current(store.engine)
    assert not store.start(run_id, 0)
    assert store.requeue(run_id)
    assert store.start(run_id, 1)


def test_what_was_done_before_fuller_diagnoses_awaits_none(store: Store, workspace: str) -> None:
    run_id = put(store, workspace, State.DONE)
    downgrade(store.engine, "0002")
    upgrade(store.engine)
    assert is_current(store.engine)
    assert store.settled(run_id) is True
    assert store.undiagnosed() == []
    assert sizes(store)["plans"] == 1


def test_runs_of_before_are_numbered_by_their_time(store: Store, workspace: str) -> None:
    ids = fill(store, workspace, [NOON + timedelta(hours=hours) for hours in (3, 1, 2)])
    downgrade(store.engine, "0004")
    upgrade(store.engine)
    assert [(run.id, run.number) for run in store.runs(workspace)] == [(ids[0], 3), (ids[2], 2), (ids[1], 1)]
    assert store.add_run(new_run(workspace)).run.number == 4


def test_a_new_database_is_not_current(url: str) -> None:
    engine = make_engine(url)
    assert not is_current(engine)
    engine.dispose()


def test_servers_that_start_together_migrate_once(url: str) -> None:
    engines = [make_engine(url) for _ in range(4)]
    at_once([partial(upgrade, engine) for engine in engines])
    assert set(sizes(Store(engines[0])).values()) == {0}
    for engine in engines:
        engine.dispose()


def test_a_later_database_is_refused_and_left_alone(store: Store) -> None:
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnknownSchema, match=r"9999.* a later one has written it"):
        upgrade(store.engine)
    with pytest.raises(UnknownSchema):
        is_current(store.engine)
    assert set(sizes(store).values()) == {0}


def test_building_a_table_anew_keeps_what_refers_to_it(store: Store, workspace: str) -> None:
    put(store, workspace, State.DONE)
    before = sizes(store)
    with migrating(store.engine) as connection:
        operations = Operations(MigrationContext.configure(connection, opts={"target_metadata": METADATA}))
        recreate = "always" if store.engine.dialect.name == "sqlite" else "auto"
        with operations.batch_alter_table("runs", recreate=recreate) as batch:  # type: ignore[arg-type]
            batch.alter_column("label", nullable=True)
    assert sizes(store) == before
    run_id = running(store, workspace)  # and references are kept again
    assert store.end(run_id, PLANNED)
    assert store.erase(workspace, run_id)
    assert sizes(store) == before


def test_a_step_that_breaks_references_is_undone(store: Store, workspace: str) -> None:
    put(store, workspace, State.DONE)
    before = sizes(store)
    if store.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite checks references at the end of a migration")
    with pytest.raises(DamagedDatabase), migrating(store.engine) as connection:
        connection.execute(delete(scenarios))
    assert sizes(store) == before
