"""Changing attributes of a library for a while, and putting them back."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType


class Patches(ExitStack):
    """The attributes that were replaced or added; closing it undoes that, the last one first."""

    def replace(self, owner: ModuleType | type, name: str, value: object) -> Any:  # noqa: ANN401 - whatever it was
        """Set `owner.name` to `value` until this is closed.

        :param owner: a module or a class that has the attribute itself, not by inheritance.
        :returns: what it was, as `owner` would give it.
        """
        stored = vars(owner)[name]
        before = getattr(owner, name)
        setattr(owner, name, value)
        self.callback(setattr, owner, name, stored)
        return before

    def add(self, owner: type, name: str, value: object) -> None:
        """Give `owner` an attribute that it lacks, until this is closed."""
        if hasattr(owner, name):
            raise AttributeError(f"{owner.__name__} has {name} already: replace it.")
        setattr(owner, name, value)
        self.callback(delattr, owner, name)
