"""One file per step, each frozen once released: it must not import tables that go on changing."""
