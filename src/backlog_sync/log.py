"""Log events of a run on standard error, through structlog.

structlog takes longer to import than `backlog lint` takes to run, so it is imported by `configure`,
and only if the run logs. Until then every function here does nothing.
"""

import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Final, TypeAlias

Event: TypeAlias = MutableMapping[str, Any]
Hide: TypeAlias = Callable[[str], str]
"""Hides secrets in a text."""
MakeHide: TypeAlias = Callable[[], Hide]
"""Returns a function that hides the secrets known at that time: a token may be found late."""

_DEBUG: Final = 10
_INFO: Final = 20
_WARNING: Final = 30
_ERROR: Final = 40
"""The standard library's numbers; importing `logging` takes longer than `--help`."""

_LEVELS: Final = (_WARNING, _INFO, _DEBUG)
"""The least level that is shown without -v, with -v, and with -vv."""

_OFF: Final = 100
_FIRST_KEYS: Final = ("timestamp", "level", "event", "run", "repository", "plan")
_EVENT_WIDTH: Final = 15
"""The longest name on a terminal of 80 columns, so that the values form a column."""

_DIGEST_SHOWN: Final = 12
"""Hex digits of a plan's digest on a terminal; JSON has all of them."""


class _State:
    """The settings that `configure` chose for this process."""

    level = _OFF
    json = False
    color = False


def configure(
    verbosity: int,
    log_format: str,
    *,
    secrets_out: MakeHide,
    color: bool = False,
    width: int | None = None,
) -> None:
    """Log to standard error: warnings; with a verbosity of 1 also events, and with 2 requests.

    `log_format` is "text" or "json"; the latter turns messages for people into events, too.
    Lines of text are folded at `width` columns. `secrets_out` hides secrets in every value.
    Starts a new run with its own id.
    """
    stop()
    _State.color = color
    if verbosity <= 0 and log_format == "text":
        return
    import secrets  # noqa: PLC0415 - most runs log nothing

    import structlog  # noqa: PLC0415 - the same

    _State.level = _LEVELS[min(max(verbosity, 0), 2)]
    _State.json = log_format == "json"
    structlog.contextvars.clear_contextvars()
    final = _json_format(secrets_out) if _State.json else _text_format(secrets_out, color, width)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *final,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_DEBUG),
        logger_factory=_StandardError,
        cache_logger_on_first_use=False,
    )
    bind(run=secrets.token_hex(4))


def stop() -> None:
    """Stop logging."""
    _State.level = _OFF
    _State.json = False
    _State.color = False


def colors() -> bool:
    """Return whether messages on standard error are in color, as set by `configure`."""
    return _State.color


def bind(**values: object) -> None:
    """Add these values to every later event of this run; a function is called if one is logged."""
    if _State.level == _OFF:
        return
    import structlog  # noqa: PLC0415 - loaded already

    known = {name: value() if callable(value) else value for name, value in values.items()}
    structlog.contextvars.bind_contextvars(**known)


def event(name: str, **values: object) -> None:
    """Log an event of the run (shown with -v)."""
    _log(_INFO, name, values)


def warning(name: str, **values: object) -> None:
    """Log a problem; a JSON log shows it even without -v."""
    _log(_WARNING, name, values)


def request(**values: object) -> None:
    """Log a request to the server and its answer (shown with -vv)."""
    _log(_DEBUG, "request.done", values)


def shows_requests() -> bool:
    """Return whether `request` logs anything; its values may be costly to compute."""
    return _State.level <= _DEBUG


def message(text: str, name: str = "message", **values: object) -> bool:
    """Log a message for people as an event of a JSON log; return False if the log is text.

    The caller then prints it. This way a JSON log writes only JSON to standard error.
    """
    if not _State.json:
        return False
    level = _ERROR if name == "error" else _INFO
    if text.strip():
        _send(level, name, {"text": text.rstrip("\n"), **values})
    return True


def _log(level: int, name: str, values: Mapping[str, object]) -> None:
    if level >= _State.level:
        _send(level, name, values)


def _send(level: int, name: str, values: Mapping[str, object]) -> None:
    import structlog  # noqa: PLC0415 - loaded already

    structlog.get_logger().log(level, name, **values)


class _StandardError:
    """Writes lines to standard error; a closed standard error does not end a run."""

    def __init__(self, *_: object) -> None:
        pass

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    debug = info = warning = error = msg


# ---- formats -------------------------------------------------------------------------------


def _json_format(secrets_out: MakeHide) -> list[Any]:
    """Return the processors that make each event one JSON object."""
    import structlog  # noqa: PLC0415 - loaded already

    def ordered(_: object, __: str, event: Event) -> Event:
        first = {name: event[name] for name in _FIRST_KEYS if name in event}
        return _without_secrets({**first, **event}, secrets_out())

    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    return [stamp, ordered, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _text_format(secrets_out: MakeHide, color: bool, width: int | None) -> list[Any]:
    """Return the processors that make each event a line, folded where a terminal would."""
    import structlog  # noqa: PLC0415 - loaded already
    from structlog.dev import Column, KeyValueColumnFormatter  # noqa: PLC0415 - the same

    shown_before: dict[str, object] = {}

    def for_terminal(_: object, __: str, event: Event) -> Event:
        for name in _FIRST_KEYS[3:]:
            # A value that is the same on each line is shown once.
            if name in event and shown_before.get(name) == event[name]:
                del event[name]
            elif name in event:
                shown_before[name] = event[name]
        if "plan" in event:
            event["plan"] = str(event["plan"])[:_DIGEST_SHOWN]
        clean = _without_secrets(event, secrets_out())
        return {
            name: _one_line(value) for name, value in clean.items() if value not in (None, "", [])
        }

    styles = structlog.dev.ConsoleRenderer.get_default_column_styles(color)

    def level(key: str, value: object) -> str:  # noqa: ARG001 - structlog's
        style = {"warning": styles.level_warn, "error": styles.level_error}.get(str(value))
        return "" if style is None else f"{style}{value}{styles.reset}"

    def plain(style: str, width: int = 0) -> KeyValueColumnFormatter:
        return KeyValueColumnFormatter(None, style, styles.reset, str, width)

    columns = [
        Column("timestamp", plain(styles.timestamp)),
        Column("event", plain(styles.bright, _EVENT_WIDTH)),
        Column("level", level),
        Column("", KeyValueColumnFormatter(styles.kv_key, styles.kv_value, styles.reset, str)),
    ]
    stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
    render = structlog.dev.ConsoleRenderer(columns=columns, sort_keys=False)

    def folded(logger: object, name: str, event: Event) -> str:
        return _fold(render(logger, name, event), width)

    return [stamp, for_terminal, folded]


def _fold(line: str, width: int | None) -> str:
    """Break a line before values that exceed the width, and indent them below the first value."""
    if width is None or len(_STYLE.sub("", line)) <= width:
        return line
    rows: list[str] = []
    for part in _VALUES.split(line):
        if rows and len(_STYLE.sub("", f"{rows[-1]} {part}")) <= width:
            rows[-1] += f" {part}"
        else:
            rows.append(f"{_INDENT}{part}" if rows else part)
    return "\n".join(rows)


_STYLE: Final = re.compile(r"\x1b\[[0-9;]*m")
_VALUES: Final = re.compile(r" (?=(?:\x1b\[[0-9;]*m)*[a-z_]+(?:\x1b\[[0-9;]*m)*=)")
_INDENT: Final = " " * (len("HH:MM:SS ") + _EVENT_WIDTH + 1)


def _one_line(value: object) -> str:
    """Return a value without line breaks and control characters for a terminal."""
    if isinstance(value, list | tuple):
        return ",".join(map(_one_line, value))
    text = str(value).lower() if isinstance(value, bool) or value is None else str(value)
    return text if text.isprintable() and " " not in text else repr(text)


def _without_secrets(event: Mapping[str, Any], hide: Hide) -> dict[str, Any]:
    """Hide every secret in an event, at any depth."""
    return {name: _hidden(value, hide) for name, value in event.items()}


def _hidden(value: object, hide: Hide) -> object:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list | tuple):
        return [_hidden(each, hide) for each in value]
    return value
