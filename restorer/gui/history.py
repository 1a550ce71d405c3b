"""Undo and redo of a value that is replaced, never changed."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class History(Generic[Value]):
    """The values before and after the present one.

    Steps with the same `gesture`, such as the many positions of one slider's drag, count as one.
    """

    def __init__(self, value: Value) -> None:
        self.value = value
        self._past: list[Value] = []
        self._future: list[Value] = []
        self._gesture: object = None

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def change(self, value: Value, gesture: object = None) -> None:
        """A new present; what was undone before is gone."""
        if value == self.value:
            return
        if gesture is None or gesture != self._gesture:
            self._past.append(self.value)
        self._gesture = gesture
        self._future.clear()
        self.value = value

    def end_gesture(self) -> None:
        """The next step counts of its own."""
        self._gesture = None

    def undo(self) -> None:
        if self._past:
            self._future.append(self.value)
            self.value = self._past.pop()
            self._gesture = None

    def redo(self) -> None:
        if self._future:
            self._past.append(self.value)
            self.value = self._future.pop()
            self._gesture = None
