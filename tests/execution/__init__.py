"""Tests of solves in processes of their own."""
