"""Cached answers to questions that many solves share: the first solve to ask computes, the others reuse."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

MOST_ANSWERS = 512

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Answers(Generic[Question, Answer]):
    """At most `MOST_ANSWERS` answers by question; when they are too many, all are forgotten."""

    def __init__(self) -> None:
        self._answers: dict[Question, Answer] = {}
        self._locks: dict[Question, Lock] = {}
        self._asking = Lock()

    def answer(self, question: Question, work_out: Callable[[], Answer]) -> Answer:
        """Return the answer; of several threads with one question the first works it out, the others wait."""
        with self._asking:
            if len(self._locks) >= MOST_ANSWERS:
                self._locks.clear()
                self._answers.clear()
            asked = self._locks.setdefault(question, Lock())
        with asked:
            answer = self._answers.get(question)
            if answer is None:
                answer = self._answers[question] = work_out()
            return answer
