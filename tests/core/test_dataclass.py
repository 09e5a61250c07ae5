"""The project's `dataclass` makes the classes of the standard library, with methods built later."""

import copy
import dataclasses
import pickle
from dataclasses import InitVar, field, replace
from typing import Generic, TypeVar

import pytest

from backlog_sync.dataclass import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Box(Generic[T]):
    content: T
    tags: tuple[str, ...] = ()
    secret: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crate(Box[str]):
    lids: list[str] = field(default_factory=list)
    factor: InitVar[int] = 1

    def __post_init__(self, factor: int) -> None:
        self.lids.append("lid" * factor)


@dataclass(slots=True)
class Open:
    boxes: int


def test_values_compare_hash_and_print_as_usual() -> None:
    """With the fields that take part in it; a value that can change has no hash."""
    assert Box(1, ("a",), "x") == Box(1, ("a",), "y") != Box(2)
    assert len({Box(1), Box(1), Box(2)}) == 2
    assert repr(Box(1, secret="x")) == "Box(content=1, tags=())"
    other: object = Open(1)
    assert Box(1) != other
    with pytest.raises(TypeError, match="unhashable"):
        hash(Open(1))


def test_classes_inherit_fields_and_steps_after_init() -> None:
    """Keywords, defaults, factories and values that only `__post_init__` sees."""
    assert Crate("c", lids=["a"], factor=2).lids == ["a", "lidlid"]
    assert Crate("c") == Crate("c", lids=[]) != Box("c")
    with pytest.raises(TypeError, match="content"):
        Crate()  # type: ignore[call-arg]


def test_other_modules_find_a_usual_data_class() -> None:
    """Those that list, replace, match, copy or pickle."""
    assert [each.name for each in dataclasses.fields(Box)] == ["content", "tags", "secret"]
    assert replace(Box(1, secret="x"), content=2).secret == "x"
    assert pickle.loads(pickle.dumps(Box(1))) == Box(1) == copy.deepcopy(Box(1))
    match Box(1, ("a",)):
        case Box(1, (tag,)):
            assert tag == "a"
        case _:
            pytest.fail("it matches by position")


def test_a_class_keeps_its_own_methods() -> None:
    """Nothing that is written in the class is replaced."""

    @dataclass(frozen=True, slots=True)
    class Loud:
        word: str

        def __repr__(self) -> str:
            return self.word.upper()

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Loud)

        def __hash__(self) -> int:
            return 1

    assert repr(Loud("a")) == "A"
    assert Loud("a") == Loud("b")
    assert hash(Loud("a")) == 1
