"""`dataclass` as the standard library has it, with methods that are compiled on first use.

The standard library compiles up to six functions from source text for each data class, which was
a quarter of the time of `plan`: it loads some 350 of them, and most are not used in a run. Here a
class gets its fields at once, and its methods from the standard library when they are first
called. Only type checkers refuse to assign to a frozen class, which makes objects three times as
fast. Whatever else takes a data class (`fields`, `replace`, `match`, pydantic) finds the usual one.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:

    def dataclass(*, frozen=False, order=False, eq=True, **options):
        """Return the decorator for a data class; the options are those of the standard library."""
        if order:  # too few to be worth it
            return dataclasses.dataclass(frozen=frozen, order=order, eq=eq, **options)
        build = dataclasses.dataclass(init=False, repr=False, eq=False, **options)

        def decorate(cls):
            written = vars(cls)
            cls.__doc__ = cls.__doc__ or cls.__name__  # or a signature is compiled of `__init__`
            built = build(cls)
            for name in ("__init__", "__repr__", *(("__eq__",) if eq else ())):
                if name not in written:
                    setattr(built, name, _on_first_use(built, name))
            if eq and written.get("__hash__") is None:
                built.__hash__ = _on_first_use(built, "__hash__") if frozen else None
            return built

        return decorate


def _on_first_use(cls: type, name: str) -> Callable[..., Any]:
    """Return a method that replaces itself with the one of the standard library."""

    def method(self: object, *args: Any, **kwargs: Any) -> Any:
        described = {key: getattr(cls, key) for key in ("__doc__", "__module__", "__qualname__")}
        twin: type = dataclasses.dataclass(
            init=name == "__init__",
            repr=name == "__repr__",
            eq=name in {"__eq__", "__hash__"},
            unsafe_hash=name == "__hash__",
            match_args=False,
        )(type(cls)(cls.__name__, (cls,), described))
        compiled = vars(twin)[name]
        setattr(cls, name, compiled)
        return compiled(self, *args, **kwargs)

    method.__name__ = name
    return method
