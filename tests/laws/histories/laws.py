"""The laws, held against each run of the tool."""

import difflib
import re
from collections import Counter

from tests.laws.histories import finishing, issue_fields, views
from tests.laws.histories.iterations import meant, options_in_order, without_clearing
from tests.laws.histories.model import (
    CLOSED_WORDS,
    DONE,
    DRIFT_NAMES,
    FAILED,
    GITHUB_OWNED,
    INTERRUPTED,
    MEMBERS,
    PARTLY,
    PENDING,
    REFUSED,
    Model,
    Name,
)
from tests.laws.histories.paper import Said, without_progress
from tests.laws.histories.world import PEOPLE, TOOL, Place, Seen, Snap, Step

_PLAIN = ("points", "priority", "sprint", "title", "status", "size", "note", "start")
OPTIONS = ("area", "platform", "team")
ON_CARDS = ("value", "platform", "team")
READS_ONLY = ("plan", "drift", "lint")
RECORDED = ("label", "milestone", *views.KINDS)
"""Definitions of which it is known what was last applied."""
DEFINITIONS = (*RECORDED, "field", "board")
_VALUES = {"Status": "status", "Story Points": "points", "Priority": "priority", "Sprint": "sprint"}


def judge(model: Model, seen: Seen) -> None:
    """Hold every law against a run, and remember what it settled."""
    _whole(model, seen)
    if seen.code in (70, 2) or "Traceback" in seen.err:
        return
    without_clearing(model, seen)
    said = meant(model, seen, seen.paper_before.read(), seen.before)
    after = meant(model, seen, seen.paper_after.read(), seen.after)
    model.declared = set(said)
    _counts(model, seen)
    if seen.verb in READS_ONLY:
        _reads_only(model, seen, said)
    _writes(model, seen, said)
    finishing.judge(model, seen)
    _words(model, seen)
    _file(model, seen, said, after)
    _ticks_follow(model, seen, said)
    _drift(model, seen, said, after)
    options_in_order(model, seen)
    if seen.verb == "sync":
        _told(model, seen, said, after)
    if model.has_fields and model.fields_off and seen.verb in ("sync", "plan") and seen.envelope:
        deferred = [each for each in seen.plan["deferred"] if each["kind"] == "issue_field"]
        if len(deferred) != 1:
            model.fail(seen, f"issue fields are off, and of that is told: {deferred}")
    _remember(model, seen, said, after)


# ---- of every run -----------------------------------------------------------------------------


def _whole(model: Model, seen: Seen) -> None:
    """No bug, no traceback, an exit code of the contract."""
    allowed = {
        "sync": (DONE, FAILED, REFUSED, PARTLY, *((INTERRUPTED,) if seen.cut else ())),
        "plan": (DONE, REFUSED),
        "drift": (DONE, PENDING, REFUSED),
        "report": (DONE, PARTLY, REFUSED),
        "pull": (DONE, REFUSED, PARTLY),
    }[seen.verb]
    if seen.code not in allowed or "Traceback" in seen.err:
        model.fail(seen, f"exit {seen.code}: {seen.err[-600:]}")
    for number in [place[0] for place in seen.before if place[1:] == ("exists",)]:
        if (number, "exists") not in seen.after and not _by_people(seen, (number, "exists")):
            model.fail(seen, f"#{number} was deleted")
    for place in seen.before:
        gone = place not in seen.after and place[0] in DEFINITIONS
        if gone and not _by_people(seen, place):
            model.fail(seen, f"{place} was deleted")
    for name in views.doubled(seen):
        model.fail(seen, f"the view {name} was made twice")


def _by_people(seen: Seen, place: Place) -> bool:
    return any(step.who == PEOPLE and place in step.changes for step in seen.steps)


def _counts(model: Model, seen: Seen) -> None:
    """What is told can be counted again."""
    if seen.verb != "sync" or not seen.envelope:
        return
    outcomes = seen.envelope["outcomes"]
    summary = seen.envelope["summary"]
    for word in ("applied", "held", "skipped", "stale", "failed", "not_reached"):
        count = sum(1 for each in outcomes if each["outcome"] == word)
        if summary[word] != count:
            model.fail(seen, f"{summary[word]} {word} are told, {count} are listed")
    stopped = seen.code == INTERRUPTED
    if summary["requests"]["mutations"] != seen.mutations and not stopped:
        model.fail(
            seen, f"{summary['requests']['mutations']} mutations told, {seen.mutations} sent"
        )
    changes = seen.plan["changes"]
    told = seen.plan["summary"]
    for action in ("create", "close", "reopen", "adopt"):
        count = sum(1 for c in changes if c["kind"] == "issue" and c["action"] == action)
        if told[action] != count:
            model.fail(seen, f"the plan counts {told[action]} {action}, it lists {count}")
    for name in ("drift", "conflicts"):
        if told[name.removesuffix("s")] != len(seen.plan[name]):
            model.fail(seen, f"the plan counts {told[name.removesuffix('s')]} {name}")
    results = {each["outcome"] for each in outcomes}
    some = "applied" in results or results == {"stale"}
    rest = REFUSED if seen.plan["conflicts"] else DONE
    wanted = (PARTLY if some else FAILED) if results - {"applied", "held"} else rest
    refused = seen.code == REFUSED and (results <= {"not_reached"})
    unrecorded = seen.disturbed and seen.code == PARTLY  # progress that was not put on record
    held = refused or unrecorded or "--on-conflict" in seen.flags
    if seen.code != wanted and not held and not stopped:
        model.fail(seen, f"outcomes {sorted(results)} make exit {wanted}")
    alone = not (seen.disturbed or seen.limited or stopped)
    planned, done = (
        Counter((each["kind"], each["action"], each["key"]) for each in listed)
        for listed in (changes, outcomes)
    )
    if alone and not refused and planned != done:
        model.fail(
            seen, f"planned, not done: {planned - done}; done, not planned: {done - planned}"
        )
    if alone and results - {"applied"} and not refused:
        failed = [each for each in outcomes if each["outcome"] != "applied"]
        model.fail(seen, f"nobody disturbed it, and yet: {failed}")


def _reads_only(model: Model, seen: Seen, said: dict[str, Said]) -> None:
    if seen.mutations:
        model.fail(seen, f"{seen.mutations} mutations were sent")
    if seen.paper_after.text != seen.paper_before.text:
        model.fail(seen, "the file was written")
    if seen.verb == "drift" and seen.envelope:
        counted = seen.envelope["summary"]
        if seen.code != (PENDING if any(counted.values()) else DONE):
            model.fail(seen, f"the summary is {counted}")


# ---- what it wrote on GitHub ------------------------------------------------------------------


def _writes(model: Model, seen: Seen, said: dict[str, Said]) -> None:
    """Every write of the tool has a reason that the contract knows."""
    at = dict(seen.before)
    fresh: set[Place] = set()
    just: tuple[int, set[Place]] = (0, set())
    for step in seen.steps:
        if step.who == PEOPLE:
            if step.request != 1:  # what was done before the first request is what it reads
                fresh |= step.changes.keys()
            just = step.request, set(step.changes)
        else:
            on_the_way = just[1] if just[0] == step.request else set()
            for place, (old, new) in step.changes.items():
                now = {p: new for p, (_, new) in step.changes.items()}
                if not finishing.explains(model, seen, place, now):
                    _write(model, seen, said, at, place, old, new, fresh, on_the_way)
        for place, (_, new) in step.changes.items():
            if new is None:
                at.pop(place, None)
            else:
                at[place] = new
        _created(model, seen, said, step)


def _created(model: Model, seen: Seen, said: dict[str, Said], step: Step) -> None:
    for place, (old, new) in step.changes.items():
        if place[1:] != ("exists",) or step.who != TOOL or old is not None or new is None:
            continue
        number = place[0]
        assert isinstance(number, int)
        title = step.changes.get((number, "title"), (None, None))[1]
        uid = next((uid for uid, each in said.items() if each.title == title), None)
        if seen.verb != "sync" or uid is None:
            model.fail(seen, f"#{number} {title!r} was created for no item")
            continue
        there = model.numbers.get(uid)
        if there is not None and (there, "exists") in seen.before:
            model.fail(seen, f"{title!r} is #{there}, and was created again as #{number}")
        if said[uid].issue is not None:
            model.fail(seen, f"{title!r} has the number {said[uid].issue}; #{number} was created")
        model.numbers[uid] = number


def _write(
    model: Model,
    seen: Seen,
    said: dict[str, Said],
    at: Snap,
    place: Place,
    old: object,
    new: object,
    fresh: set[Place],
    on_the_way: set[Place],
) -> None:
    number, what = place[0], place[1] if len(place) > 1 else None
    if number in DEFINITIONS:
        _definition(model, seen, place, old, new)
        return
    if not isinstance(number, int) or (number, "exists") not in at or what == "marker":
        return
    if what == "value" and place[2] == "Backlog record":
        return
    uid = model.uid_of(number)
    if uid is None or uid not in said:
        if what != "parent" or number in model.extra:
            model.fail(seen, f"#{number} is no item's, and {place} went from {old!r} to {new!r}")
        return
    if what in ("body", "below", "above"):
        _around(model, seen, at, place, old, new, on_the_way)
        return
    if what in ("card", "author", "exists", "sessions", "pulls"):
        return
    if seen.verb != "sync" or (model.fields_off and what in ("field", "area")):
        model.fail(seen, f"{place} went from {old!r} to {new!r}")
        return
    name = _name_of(model, at, place)
    if what == "tick" and (new is None or place[2] not in dict(said[uid].criteria)):
        return  # a line that is gone, or people's own
    rewritten = (number, "body") in on_the_way and what in ("text", "tick")
    if name is None or rewritten or place in on_the_way:
        return
    each = said[uid]
    value = model.says(each, name)
    if number in model.strangers:
        _untrusted(model, seen, place, old, new, name)
        return
    typed = model.changed(uid, name, value)
    moved = model.dirty(at, place) and not (old is None and name[0] == "sprint")
    if model.known.get((uid, name)) == {None}:
        moved = False  # declared for the first time: there is no value that both sides had
    if name[0] == "status" and model.word(at, number) in model.known.get((uid, name), ()):
        moved = False  # the card said so before, and both sides had agreed on that word
    if name[0] in ("assignee", *OPTIONS) and (uid, name) not in model.ours:
        moved = False  # it was people's own until the file named it: nothing was agreed on
    decided = "--on-conflict" in seen.flags and "file" in seen.flags
    seen_first = not typed and _drifted(seen, each.key, name)
    if place in fresh and place[1] in ON_CARDS and (number, "card") in seen.made:
        return  # the card is of this very run, which does not look at it again before it fills it
    undone = place in fresh and place not in on_the_way and old != new and not seen_first
    if undone and (what != "text" or moved):
        model.fail(seen, f"{place}: what people did meanwhile was undone, {old!r} to {new!r}")
    elif name[0] in GITHUB_OWNED and each.key in model.unsettled:
        pass
    elif name[0] == "tick" and old is None:
        pass  # a new box: its first tick is the file's, or what it was before its words changed
    elif name[0] in GITHUB_OWNED:
        if not typed and not (name[0] in ("status", "sprint") and old is None and not moved):
            model.fail(seen, f"{place} is GitHub's: {old!r} to {new!r}, the file is as it was")
        elif moved and not decided:
            model.fail(seen, f"{place}: both sides changed it, and {old!r} became {new!r}")
    elif moved and typed and not decided and name[0] not in (
        "label", "blocker", "text", *OPTIONS,
    ):  # fmt: skip
        model.fail(seen, f"{place}: both sides changed it, and {old!r} became {new!r}")
    elif moved and not decided and not _drifted(seen, each.key, name):
        model.fail(seen, f"{place} went from people's {old!r} to {new!r} without a drift line")
    if name[0] == "status" and what == "state":
        if str(new).startswith("CLOSED") != (value in CLOSED_WORDS):
            model.fail(seen, f"{place} became {new!r}, the file says {value!r}")
    elif name[0] in MEMBERS:
        if bool(value) != (new is not None):
            model.fail(seen, f"{place} ({name}) became {new!r}, the file says {value!r}")
        if new is None and (uid, name) not in model.ours:
            model.fail(seen, f"{place} ({name}) was never ours, and was taken away")
    elif name[0] in _PLAIN and value is not None and new != value:
        model.fail(seen, f"{place} became {new!r}, the file says {value!r}")


def _name_of(model: Model, at: Snap, place: Place) -> Name | None:
    what = place[1]
    match what:
        case "state":
            return ("status", None)
        case "value":
            name = _VALUES.get(str(place[2]))
            return (name, None) if name else None
        case "field":
            return (issue_fields.NAMES[str(place[2])], None)
        case "label":
            found = at.get(("label", place[2]))
            return ("label", found[0]) if isinstance(found, tuple) else None
        case "blocker":
            uid = model.uid_of(place[2])
            return ("blocker", uid)
        case "assignee" | "tick" | "area" | "platform" | "team":
            return (str(what), place[2])
        case _:
            return (str(what), None)


def _drifted(seen: Seen, key: str, name: Name) -> bool:
    names = DRIFT_NAMES.get(name[0], {name[0]})
    drift = seen.plan.get("drift", ())
    if name[0] == "milestone" and any(each["kind"] == "milestone" for each in drift):
        return True  # a milestone that was renamed is one line, and none for each issue in it
    held = {each["key"] for each in seen.plan.get("conflicts", ()) if each["field"] == "identity"}
    return key in held or any(each["key"] == key and each["field"] in names for each in drift)


def _untrusted(
    model: Model, seen: Seen, place: Place, old: object, new: object, name: Name
) -> None:
    """Of an issue of a stranger nothing is taken away, and its state is not pushed."""
    if name[0] == "status" and place[1] == "state":
        model.fail(seen, f"{place} of a stranger's issue went from {old!r} to {new!r}")
    if name[0] in ("label", "assignee", "blocker") and new is None:
        model.fail(seen, f"{place} ({name}) was taken from a stranger's issue")


def _around(
    model: Model,
    seen: Seen,
    at: Snap,
    place: Place,
    old: object,
    new: object,
    on_the_way: set[Place],
) -> None:
    """What people wrote around the block stays to the byte; lines from inside move below it."""
    number, what = place[0], place[1]
    if (number, "body") in on_the_way or what == "body":
        return
    if (number, "text") not in at:
        return
    if what == "above" and new != old:
        model.fail(seen, f"above the block of #{number}: {old!r} became {new!r}")
    if what == "below" and not str(new).endswith(str(old or "")):
        model.fail(seen, f"below the block of #{number}: {old!r} became {new!r}")


def _definition(model: Model, seen: Seen, place: Place, old: object, new: object) -> None:
    """A definition that people changed is set back only as drift."""
    if place[0] in views.KINDS:
        views.judge(model, seen, place, old, new)
        return
    agreed = model.definitions.get(place)
    if place[0] not in ("label", "milestone") or new is None:
        return
    if old is None and model.pulled:
        return  # renamed once more before a sync recorded the name that the file took over
    if old is None and any((n, "state") not in seen.before for n in model.numbers.values()):
        return  # the record of what was applied may have gone with the issue that somebody deleted
    if old is None:
        # Renamed by people, and made anew under the old name.
        old = next(
            (
                seen.before[other]
                for other, values in model.definitions.items()
                if other[0] == place[0]
                and other in seen.before
                and seen.before[other] not in values
                and new[0] in {value[0] for value in values}  # type: ignore[index] # its name
            ),
            None,
        )
    elif agreed is None or old in agreed:
        return
    if old is None:
        return
    told = [each for each in seen.plan.get("drift", ()) if each.get("kind") == place[0]]
    titles = [each.get("key") or each.get("title") for each in seen.plan.get("drift", ())]
    first = old[0] if isinstance(old, tuple) else old
    then = new[0] if isinstance(new, tuple) else new
    if not told and first not in titles and then not in titles:
        model.fail(seen, f"{place}: people's {old!r} became {new!r} without a drift line")


def _words(model: Model, seen: Seen) -> None:
    """What people wrote is still there."""
    for number, tokens in model.tokens.items():
        body = str(seen.after.get((number, "body"), ""))
        if (number, "exists") not in seen.after:
            continue
        for token in [each for each in tokens if each not in body]:
            tokens.discard(token)
            if _lost_on_the_way(seen, number, token):
                model.lost_on_the_way += 1
            else:
                model.fail(seen, f"#{number}: people's words are gone: {token!r}")


def _lost_on_the_way(seen: Seen, number: int, token: str) -> bool:
    """Whether the request that took words away was the one right behind their writing."""
    wrote = 0
    for step in seen.steps:
        old, new = step.changes.get((number, "body"), ("", ""))
        if step.who == PEOPLE and token in str(new) and token not in str(old):
            wrote = step.request
        elif step.who == TOOL and token in str(old) and token not in str(new):
            return step.request == wrote
    return False


# ---- what it wrote into the file --------------------------------------------------------------


def _file(model: Model, seen: Seen, said: dict[str, Said], after: dict[str, Said]) -> None:
    """The file's words are the author's: only progress moves, and only as GitHub has it."""
    github = "--on-conflict" in seen.flags and "github" in seen.flags
    if seen.verb == "pull" or github:
        return
    if without_progress(seen.paper_before) != without_progress(seen.paper_after):
        model.fail(seen, f"lines that are no progress changed:\n{_diff(seen)}")
    if "--no-write-back" in seen.flags and seen.paper_before.text != seen.paper_after.text:
        model.fail(seen, "the file was written")
    for uid, each in said.items():
        if uid not in model.numbers:
            continue
        for name, places in model.names(seen.after, each):
            old, new = model.says(each, name), model.says(after[uid], name)
            if old == new or name[0] not in GITHUB_OWNED:
                continue
            if name[0] == "tick" and model.numbers[uid] in model.strangers:
                model.fail(seen, f"the tick of a stranger was read: {uid} {name[1]!r}")
            known = model.known.get((uid, name))
            typed = known not in (None, {None}) and model.changed(uid, name, old)
            if name[0] == "status" and not any(place[0] == "board" for place in seen.before):
                # Without a board there is only open and closed.
                closed = old in CLOSED_WORDS
                typed = typed and all((word in CLOSED_WORDS) != closed for word in known or ())
            moved = any(model.dirty(seen.before, place) for place in places)
            if typed and not moved and each.key not in model.unsettled:
                model.fail(seen, f"{uid} {name}: somebody's {old!r} in the file became {new!r}")
            was = (model.numbers[uid], "tick", model.reworded.get((uid, str(name[1]))))
            carried = name[0] == "tick" and seen.after.get(was) == new
            agrees = carried or model.matches(seen.after, after[uid], name)
            if not seen.disturbed and not agrees:
                model.fail(seen, f"{uid} {name} became {new!r}, which GitHub does not say")


def _diff(seen: Seen) -> str:
    return "\n".join(
        difflib.unified_diff(
            seen.paper_before.text.split("\n"), seen.paper_after.text.split("\n"), lineterm="", n=1
        )
    )


def _drift(model: Model, seen: Seen, said: dict[str, Said], after: dict[str, Said]) -> None:
    """What people changed of the file's fields is shown as drift, and pulled whole."""
    if seen.disturbed or seen.code not in (DONE, PENDING) or "--on-conflict" in seen.flags:
        return
    for uid, name in _people_s(model, seen, said):
        each = said[uid]
        if seen.verb == "pull":
            left = {(one["key"], one["field"]) for one in seen.envelope.get("left", ())}
            told = any((each.key, field) in left for field in _fields(name))
            if not told and uid in after and not model.matches(seen.after, after[uid], name):
                model.fail(seen, f"{uid} {name} was neither pulled nor left")
        elif seen.verb in ("sync", "plan", "drift") and not _drifted(seen, each.key, name):
            model.fail(seen, f"{uid} {name} was changed on GitHub, and is not shown as drift")


def _people_s(model: Model, seen: Seen, said: dict[str, Said]) -> list[tuple[str, Name]]:
    """Fields of the file that people changed on GitHub alone."""
    found = []
    for uid, each in said.items():
        number = model.numbers.get(uid)
        if number in model.strangers or (number, "exists") not in seen.before:
            continue
        for name, places in model.names(seen.before, each):
            value = model.says(each, name)
            ours = name[0] in DRIFT_NAMES and value not in (None, False)
            typed = not ours or model.changed(uid, name, value)
            moved = any(model.dirty(seen.before, place) for place in places)
            if not typed and moved and not model.matches(seen.before, each, name):
                found.append((uid, name))
    return found


def _ticks_follow(model: Model, seen: Seen, said: dict[str, Said]) -> None:
    """A criterion that is reworded a little keeps its tick."""
    for (uid, new), old in model.reworded.items():
        number = model.numbers.get(uid)
        ticked = seen.before.get((number, "tick", old))
        if uid not in said or number in model.strangers or not ticked:
            continue
        now = seen.after.get((number, "tick", new))
        name = ("tick", new)
        if now is False and not model.changed(uid, name, model.says(said[uid], name)):
            model.fail(seen, f"#{number}: {old!r} was ticked, and as {new!r} it is not")


# ---- what must have happened ------------------------------------------------------------------


def _told(model: Model, seen: Seen, said: dict[str, Said], after: dict[str, Said]) -> None:
    """After a sync that went through, both sides say the same, or it is told why not."""
    if seen.disturbed or seen.code not in (DONE, REFUSED) or not seen.envelope:
        return
    if seen.code == REFUSED and not _went_through(seen):
        return
    conflicts = seen.plan["conflicts"]
    held = {each["key"] for each in conflicts if each["field"] == "identity"}
    apart = {(each["key"], each["field"]) for each in conflicts}
    for uid, each in said.items():
        if each.key in held:
            continue
        if uid not in model.numbers:
            # What is done in the file before it has an issue is not created (`create_done`).
            if seen.code == DONE and each.status not in CLOSED_WORDS:
                model.fail(seen, f"{each.title!r} has no issue, and that is not told")
            continue
        if model.numbers[uid] in model.strangers:
            continue
        for name, _ in model.names(seen.after, each):
            if any((each.key, field) in apart for field in _fields(name)):
                continue
            if name[0] in GITHUB_OWNED and "--no-write-back" in seen.flags:
                continue
            if not model.matches(seen.after, after[uid], name):
                model.fail(
                    seen,
                    f"{uid} {name}: the file says {model.says(after[uid], name)!r}, GitHub"
                    f" {_there(model, seen.after, uid, name)!r}, and nothing is told",
                )


def _there(model: Model, snap: Snap, uid: str, name: Name) -> object:
    n = model.numbers[uid]
    if name[0] == "milestone":
        return model.milestone(snap, n)
    return [
        value
        for place, value in snap.items()
        if place[0] == n
        and place[1] in (name[0], "state", "value")
        and place[1:] != ("value", "Backlog record")
    ]


def _fields(name: Name) -> set[str]:
    extra = {
        "status": {"state", "Status", "status"},
        "sprint": {"Sprint"},
        "tick": {"body", "ticks"},
        "assignee": {"assignees"},
        "note": {"Notes"},
        "team": {"Teams"},
    }
    return extra.get(name[0]) or DRIFT_NAMES[name[0]]


def moved_file(model: Model, seen: Seen) -> str:
    """A file that was moved is refused whole, with the `id:` to set, which is given."""
    found = re.search(r"`?id: ([^\s`'\"]+)", seen.err) or re.search(r"id: ([^\s`'\"]+)", seen.out)
    if seen.code != REFUSED or seen.mutations:
        model.fail(seen, f"the file was moved, and {seen.mutations} mutations were sent")
    if found is None:
        model.fail(seen, f"the file was moved, and no `id:` is named: {seen.err}")
    return found[1] if found else ""


def _went_through(seen: Seen) -> bool:
    """Whether a sync with exit 4 did all but what is in conflict."""
    if "] refused: " in seen.err:
        return False  # by a guard, before anything was done
    return all(each["outcome"] == "applied" for each in seen.envelope.get("outcomes", ())) and bool(
        seen.plan.get("conflicts")
    )


# ---- memory -----------------------------------------------------------------------------------


def _remember(model: Model, seen: Seen, said: dict[str, Said], after: dict[str, Said]) -> None:
    """What both sides came to, and what nobody typed."""
    meanwhile = {p for step in seen.steps if step.who == PEOPLE for p in step.changes}
    outcomes = seen.envelope.get("outcomes", ())
    # What was done and not put on record, as somebody edited the body, is known to nobody.
    left = {one["key"] for one in outcomes if one["outcome"] != "applied"}
    # What somebody undid on GitHub while the run went on had been applied all the same.
    pushed = {
        one["key"]
        for one in outcomes
        if one["outcome"] == "applied" and one["action"] in ("close", "reopen")
    }
    if seen.verb == "sync" and seen.code in (DONE, REFUSED, PARTLY, INTERRUPTED):
        model.unsettled -= {each.key for each in said.values()}
        model.unsettled |= left
        # Of a status in conflict no run knows which side is to win.
        conflicts = seen.plan.get("conflicts", ())
        model.unsettled |= {c["key"] for c in conflicts if c["field"] in ("state", "Status")}
    for uid, each in said.items():
        if uid not in model.numbers or (model.numbers[uid], "exists") not in seen.after:
            continue
        fields = {**dict(model.names(seen.before, each)), **dict(model.names(seen.after, each))}
        for item, name in model.known:
            if (
                item == uid
                and name[0] in ("assignee", *OPTIONS)
                and not (name[0] == "area" and model.fields_off)
            ):
                # Read as absent by a sync, too.
                fields.setdefault(name, [(model.numbers[uid], name[0], str(name[1]))])
        for name, places in fields.items():
            old, new = model.says(each, name), model.says(after[uid], name)
            if name[0] == "status" and each.key in pushed and old is not None:
                model.known.setdefault((uid, name), set()).add(old)
            known = model.known.get((uid, name))
            if seen.verb == "sync" and model.matches(seen.after, each, name):
                before = (known or set()) if each.key in left else set()
                model.known[uid, name] = {old, new} | before
                if name[0] == "status" and old is None:
                    # To write down what is so already changes nothing.
                    model.known[uid, name] |= known or set()
                    model.known[uid, name].add(model.word(seen.after, model.numbers[uid]))
                if old and name[0] in MEMBERS and each.key not in left:
                    model.ours.add((uid, name))
                if not (old or new) and name[0] in OPTIONS:
                    model.ours.discard((uid, name))  # what people add from now on is theirs
                _agree(model, seen, places, meanwhile)
            elif each.key not in left and (set_to := _field_writes(seen, places)):
                # The run set it, and people changed it again before the run ended.
                model.known.setdefault((uid, name), set()).add(old)
                model.agreed.update({place: {value} for place, value in set_to.items()})
            elif old != new:
                model.known.setdefault((uid, name), {old}).add(new)
                if name[0] in GITHUB_OWNED and model.matches(seen.after, after[uid], name):
                    for place in places:
                        model.agreed.setdefault(place, set()).add(seen.after.get(place))
            elif known is None and seen.verb == "sync":
                pass
    _applied(model, seen)
    if seen.verb == "sync":
        model.pulled = False
    elif seen.verb == "pull":
        model.pulled |= seen.paper_before.text != seen.paper_after.text
    if seen.verb == "pull" and seen.code == DONE:
        for place, value in seen.after.items():
            text = seen.paper_after.text
            named = place[0] in ("label", "milestone") and str(value[0]) in text  # type: ignore[index] # its name
            if named or views.is_in_file(text, place, value):
                model.definitions.setdefault(place, set()).add(value)


def _applied(model: Model, seen: Seen) -> None:
    """Remember what definitions are when a sync is done, and what it made of them before that."""
    if seen.verb != "sync":
        return
    changes = [step.changes.items() for step in seen.steps if step.who == TOOL]
    applied = [(place, new) for each in changes for place, (_, new) in each]
    if seen.code in (DONE, REFUSED) and not seen.disturbed:
        applied += seen.after.items()
    for place, value in applied:
        if place[0] in RECORDED and value is not None:
            model.definitions.setdefault(place, set()).add(value)


def _field_writes(seen: Seen, places: list[Place]) -> dict[Place, object]:
    """What a run set of these places, if they are of issue fields."""
    of_fields = [place for place in places if place[1] in ("field", "area")]
    changes = [step.changes for step in seen.steps if step.who == TOOL]
    return {place: each[place][1] for each in changes for place in of_fields if place in each}


def _agree(model: Model, seen: Seen, places: list[Place], meanwhile: set[Place]) -> None:
    for place in places:
        values = {seen.after.get(place)}
        if place in meanwhile:
            for step in seen.steps:
                if place in step.changes:
                    values |= set(step.changes[place])
        model.agreed[place] = values
