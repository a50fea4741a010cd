from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from api.store.engine import make_engine
from api.store.errors import DatabaseInUse, UnsupportedDatabase
from api.store.lock import holding

HOLD = "import sys; from api.store.lock import holding\nwith holding(sys.argv[1]): print('held', flush=True); input()"


def test_a_second_server_is_refused_until_the_first_has_gone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/groundswell.db"
    with holding(url):
        second = subprocess.run([sys.executable, "-c", HOLD, url], capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert "DatabaseInUse: Another server uses" in second.stderr
        assert "held" not in second.stdout
        with pytest.raises(DatabaseInUse, match=r"groundswell\.db; a SQLite file serves one at a time"), holding(url):
            pass
        with pytest.raises(DatabaseInUse), holding(url, together=True):  # a cluster makes no difference to a file
            pass
        make_engine(url).dispose()  # what only reads or makes keys needs no lock
    with holding(url):
        pass


def test_a_killed_server_holds_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/groundswell.db"
    first = subprocess.Popen([sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stdout.readline() == b"held\n"
    with pytest.raises(DatabaseInUse), holding(url):
        pass
    first.kill()
    first.communicate()
    with holding(url):
        pass


def test_one_file_has_one_lock_however_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "groundswell.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "groundswell.db")
    direct, linked = f"sqlite:///{tmp_path}/groundswell.db", f"sqlite:///{tmp_path}/link.db"
    with holding(direct), pytest.raises(DatabaseInUse), holding(linked):
        pass


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(UnsupportedDatabase, match="in memory"), holding("sqlite://"):
        pass
