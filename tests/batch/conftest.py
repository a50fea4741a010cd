from tests.cli.conftest import groundswell

__all__ = ["groundswell"]
