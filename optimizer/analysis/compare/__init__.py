"""Plans side by side: one small module per kind of difference, put together in `comparing`."""
