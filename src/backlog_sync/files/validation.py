"""Convert pydantic's errors to diagnostics in plain words, with the place in the file."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from backlog_sync.core.diagnostics import Diagnostic, Fix, Place
from backlog_sync.core.keys import suggest_key
from backlog_sync.files.near import Near, is_surely
from backlog_sync.files.suggestions import (
    Suggestion,
    advice,
    fix_of,
    flag_for,
    hours_for,
    number_for,
    repository_for,
)
from backlog_sync.files.values import parse_kind

MANY = "'backlog schema' shows what there is"
"""The hint if there is too much to list."""
_SHOWN = 60
_LISTED = 10
"""Characters of a value, and names, to repeat in a message: more hides what to do."""

_MUST: Mapping[str, str] = {
    kind: f"must be {what}"
    for what, kinds in {
        "a text": "string_type",
        "a list": "tuple_type list_type",
        "a mapping": "dict_type model_type model_attributes_type",
        "true or false": "bool_type bool_parsing",
        "a number": "float_type float_parsing finite_number",
        "a whole number": "int_type int_parsing int_from_float",
        "a whole number of sensible size": "int_parsing_size",
    }.items()
    for kind in kinds.split()
}
_BUILT_IN = frozenset(get_args(ErrorType))
"""Pydantic's own errors, whose wording is not for authors of files."""

_PATTERNS: Mapping[str, tuple[str, str]] = {
    "repository": ("is not a repository", "write owner/name"),
    "owner": ("is not an account", "write the login of a person or an organization"),
    "color": ("is not a color", 'write six hex digits in quotes, as in "5319e7"'),
    "id": ("is not an identity", "use up to 200 characters without blanks, quotes, '<' and '>'"),
}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant, or None."""
    return Near(known).to(word)


def did_you_mean(word: str, known: Iterable[str], many: str = MANY) -> str:
    """Return a hint with the nearest known word, or with all words if they are few.

    `many` is the hint if there are many; if it is empty, the first words are listed.
    """
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return f"did you mean '{near}'?"
    if len(names) > _LISTED:
        rest = len(names) - _LISTED
        return many or f"valid values: {', '.join(names[:_LISTED])} and {rest} more"
    return f"valid values: {', '.join(names)}" if names else ""


def right_level(name: str, value: object, model: type[BaseModel]) -> str:
    """Return a hint if a key is known one level below the model, or wraps keys of it; else ""."""
    if isinstance(value, Mapping) and value and set(value) <= set(model.model_fields):
        keys = ", ".join(f"'{key}'" for key in list(value)[:3])
        return f"write what is below it ({keys}) one level higher, without '{shown(name)}:'"
    for outer, info in model.model_fields.items():
        is_list = get_origin(info.annotation) is tuple
        inner = [] if is_list else _models_within(info.annotation)
        if any(name in each.model_fields for each in inner):
            return f"write it below '{outer}:'"
    return ""


def shown(value: object) -> str:
    """Return a value of the author's, shortened for a message."""
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def unknown_field(place: Place, name: str, known: Iterable[str], hint: str = "") -> Diagnostic:
    """Return the diagnostic for a key that the format does not have."""
    message = f"'{shown(name)}' is not a field"
    return Diagnostic(place, "unknown-field", message, hint or did_you_mean(name, known))


def explain(
    error: ValidationError,
    model: type[BaseModel],
    place_of: Callable[[tuple[str, ...]], Place | None],
    extra_known: Iterable[str] = (),
) -> tuple[Diagnostic, ...]:
    """Return every error of a validation as a diagnostic, one per place.

    `place_of` returns the place of a path of keys and list positions, None if it does not exist;
    the empty path is the whole file. `extra_known` are further keys of the outermost mapping.
    """
    by_place: dict[tuple[Place, str], Diagnostic] = {}
    for detail in error.errors(include_url=False):
        path, place = _locate(detail["loc"], place_of)
        diagnostic = _diagnostic(detail, path, place, model, extra_known)
        by_place.setdefault((place, ".".join(path)), diagnostic)
    return tuple(by_place.values())


def _locate(
    loc: tuple[int | str, ...], place_of: Callable[[tuple[str, ...]], Place | None]
) -> tuple[tuple[str, ...], Place]:
    """Return the path in the file of pydantic's location, which also names union members."""
    path: tuple[str, ...] = ()
    place = place_of(()) or Place("")
    for part in loc:
        deeper = place_of((*path, str(part)))
        if deeper is not None:
            path, place = (*path, str(part)), deeper
    return path, place


def _diagnostic(
    detail: ErrorDetails,
    path: tuple[str, ...],
    place: Place,
    model: type[BaseModel],
    extra_known: Iterable[str],
) -> Diagnostic:
    kind, loc, value = detail["type"], detail["loc"], detail.get("input")
    context: Mapping[str, Any] = detail.get("ctx") or {}
    if kind == "extra_forbidden":
        owner = _model_at(model, loc[:-1])
        known = [*(owner.model_fields if owner else ()), *(extra_known if len(loc) == 1 else ())]
        hint = right_level(str(loc[-1]), value, owner) if owner else ""
        return unknown_field(place, str(loc[-1]), known, hint)
    if kind == "missing":
        message = f"'{loc[-1]}' is missing"
        return Diagnostic(place, "missing-field", message, f"add `{loc[-1]}: …`")
    name = _name(path)
    if value is None and kind in _MUST:
        hint = "write what the issue is called, as in `title: Open the door`"
        hint = hint if path[-1:] == ("title",) else "give a value, or remove it"
        return Diagnostic(place, "empty-value", f"{name} is empty", hint)
    if kind in _MUST:
        return _wrong_type(detail, path, place, name)
    if kind == "union_tag_invalid":
        known = _expected(str(context.get("expected_tags", "")))
        word = str(context.get("tag", ""))
        message = f"'{shown(word)}' is not a value of {context.get('discriminator')}"
        return Diagnostic(place, "invalid-value", message, did_you_mean(word, known))
    if kind in ("literal_error", "enum"):
        known = _expected(str(context.get("expected", "")))
        message = f"'{shown(value)}' is not a value of {name}"
        kind_word = parse_kind(str(value)) if path[-1:] == ("kind",) else None
        near = kind_word if kind_word in known else nearest(str(value), known)
        if near is None or path[-1:] == () or path[-1].isdecimal():
            return Diagnostic(place, "invalid-value", message, did_you_mean(str(value), known))
        sure = near == kind_word or is_surely(str(value), near)
        fix = Fix(str(value), near) if sure else None
        return Diagnostic(place, "invalid-value", message, f"write `{path[-1]}: {near}`", fix=fix)
    if kind == "string_pattern_mismatch":
        return _pattern(place, path, name, str(value), model)
    if "hint" in context or kind not in _BUILT_IN:
        message = detail["msg"][:1].lower() + detail["msg"][1:]
        slug = kind if "hint" in context else "invalid-value"
        return Diagnostic(place, slug, f"{name}: {message}", str(context.get("hint", "")))
    return Diagnostic(place, "invalid-value", *_out_of_bounds(kind, value, context, path, name))


def _wrong_type(detail: ErrorDetails, path: tuple[str, ...], place: Place, name: str) -> Diagnostic:
    """Return the diagnostic for a value of another type, with the line to write instead."""
    must, value = _MUST[detail["type"]], detail.get("input")
    key = next((part for part in reversed(path) if not part.isdecimal()), "")
    meant, written = Suggestion(), str(value)
    if isinstance(value, str) and must == "must be true or false":
        meant = flag_for(value)
    elif isinstance(value, str) and "number" in must:
        meant = hours_for(value) if key == "estimate_hours" else number_for(value)
    elif isinstance(value, list) and must == "must be a text":
        texts = [str(each) for each in value if isinstance(each, str)]
        meant = Suggestion(", ".join(texts), sure=len(texts) == len(value) == 1)
        written = f"[{texts[0]}]" if texts else ""
    hint = advice(meant, key)
    if not hint and isinstance(value, str | int | float):
        hint = f"it is: {shown(value)}"
    if isinstance(value, Mapping) and must == "must be a list":
        hint = f"begin each entry with '- ', as in '- {next(iter(value), name)}'"
    elif isinstance(value, Mapping) and must == "must be a text" and value:
        first = next(iter(value))
        hint = f"write one text after `{key}:`; if it holds a ':', put it in quotes"
        hint = f'write `{key}: "{shown(f"{first}: {value[first]}")}"`' if len(value) == 1 else hint
    return Diagnostic(place, "wrong-type", f"{name} {must}", hint, fix=fix_of(meant, written))


def _out_of_bounds(
    kind: str, value: object, context: Mapping[str, Any], path: tuple[str, ...], name: str
) -> tuple[str, str]:
    """Return the message and the hint for a value that is too small, too large, or too long."""
    key = path[-1] if path else ""
    if kind in ("greater_than_equal", "greater_than"):
        least = f"at least {context['ge']:g}" if "ge" in context else f"more than {context['gt']:g}"
        meant = number_for(str(value)) if str(value).startswith("-") else Suggestion()
        return f"{name} is {shown(value)}; it must be {least}", advice(meant, key)
    if kind in ("less_than_equal", "less_than"):
        most = f"at most {context['le']:g}" if "le" in context else f"less than {context['lt']:g}"
        return f"{name} is {shown(value)}; it must be {most}", ""
    if kind in ("too_long", "string_too_long"):
        what = "entries" if kind == "too_long" else "characters"
        count = context.get("actual_length") or len(str(value))
        most = f"{context.get('max_length')}"
        return f"{name} has {count} {what}; it may have {most}", "shorten it"
    if kind in ("too_short", "string_too_short"):
        return f"{name} is empty", "give a value, or remove it"
    return f"{name} is not valid: {shown(value)}", MANY


def _pattern(
    place: Place, path: tuple[str, ...], name: str, value: str, model: type[BaseModel]
) -> Diagnostic:
    last = path[-1] if path else ""
    if last == "id" and "title" in model.model_fields:
        hint = "use a-z, 0-9, '.', '_' and '-', at most 64, beginning with a letter or digit"
        better = suggest_key(value)
        hint = f"write `id: {better}`" if better else hint
        return Diagnostic(place, "invalid-key", f"'{shown(value)}' is not a key", hint)
    if last == "repository" and (meant := repository_for(value)).text:
        message, hint = f"'{shown(value)}' is not a repository", advice(meant, last)
        return Diagnostic(place, "invalid-value", message, hint, fix=fix_of(meant, value))
    what, hint = _PATTERNS.get(last, (f"does not fit {name}", ""))
    return Diagnostic(place, "invalid-value", f"'{shown(value)}' {what}", hint)


def _name(path: tuple[str, ...]) -> str:
    """Return how a message names the value at a path."""
    if not path:
        return "this"
    names = [part for part in path if not part.isdecimal()]
    if path[-1].isdecimal():
        return f"entry {int(path[-1]) + 1} of '{names[-1]}'" if names else "this entry"
    return f"'{path[-1]}'"


def _expected(text: str) -> list[str]:
    """Return the values in pydantic's list of expected values."""
    return [word.strip().strip("'") for word in text.replace(" or ", ",").split(",") if word]


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Return the model that contains a location; of a union, the member that its tag names."""
    at: type[BaseModel] | None = model
    members: list[type[BaseModel]] = []
    for part in loc:
        if at is None or not isinstance(part, str):
            continue
        if part in at.model_fields:
            members = _models_within(at.model_fields[part].annotation)
            at = members[0] if members else None
        else:
            at = next((member for member in members if _is_tagged(member, part)), at)
    return at


def _models_within(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [nested for part in get_args(annotation) for nested in _models_within(part)]


def _is_tagged(model: type[BaseModel], tag: str) -> bool:
    """Return whether one of the model's fields can only have this value, or a few with it."""
    kinds = (field.annotation for field in model.model_fields.values() if field.is_required())
    return any(get_origin(kind) is Literal and tag in get_args(kind) for kind in kinds)
