"""What people do on GitHub's pages, each act in words and as a deed."""

import json
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_sandbox import issues, relations, repositories
from github_sandbox.actors import Person
from github_sandbox.models import Label, Milestone
from github_sandbox.problems import RefusalError
from tests.laws.histories import issue_fields, several, views
from tests.laws.histories.model import Model
from tests.laws.histories.teamwork import TEAMWORK, Teamwork
from tests.laws.histories.world import World, parts

if TYPE_CHECKING:
    from collections.abc import Callable

STATUSES = ("Todo", "In Progress", "Done")
PEOPLE = ("ann", "bob")


@dataclass
class Crowd(Teamwork):
    """Everybody who works on the pages of one world. `dice` decides what they do."""

    world: World
    model: Model
    count: int = 0

    def __post_init__(self) -> None:
        self.ann = Person(self.world.sandbox, "ann")
        self.bob = Person(self.world.sandbox, "bob")
        self.root = Person(self.world.sandbox, "root", permission="admin")
        self.mallory = Person(self.world.sandbox, "mallory", permission="read")

    def act(self, dice: random.Random, acts: dict[str, int], focus: int | None = None) -> str:
        """Do one of these acts (by weight), mostly on the issue `focus`; tell what was done."""
        numbers = sorted(self.world.issues)
        if not numbers:
            return ""
        for _ in range(5):
            name = dice.choices(list(acts), list(acts.values()))[0]
            number = dice.choice(numbers)
            if focus in numbers and dice.random() < 0.7:
                number = focus
            elsewhere = (issue_fields.ACTS | several.ACTS | views.ACTS).get(name)
            try:
                if elsewhere is not None:
                    done = elsewhere(self, dice, number)
                else:
                    deed: Callable[[random.Random, int], str] = getattr(self, f"_{name}")
                    done = deed(dice, number)
            except (RefusalError, LookupError, ValueError, StopIteration):
                continue
            if done:
                return done
        return ""

    # ---- state, board, people ----------------------------------------------------------------

    def _close(self, dice: random.Random, n: int) -> str:
        reason = dice.choice(["completed", "completed", "not_planned"])
        if self.world.issues[n].state == "CLOSED":
            return ""
        self.ann.close(n, reason)  # type: ignore[arg-type] # one of the reasons
        return f"ann closes #{n} as {reason}"

    def _reopen(self, dice: random.Random, n: int) -> str:
        if self.world.issues[n].state == "OPEN":
            return ""
        self.bob.reopen(n)
        return f"bob reopens #{n}"

    def _status(self, dice: random.Random, n: int) -> str:
        value = dice.choice(STATUSES)
        self.ann.set_value(n, "Status", value)
        return f"ann moves the card of #{n} to {value}"

    def _sprint(self, dice: random.Random, n: int) -> str:
        value = dice.choice(["Sprint 1", "Sprint 2", "Sprint 3"])
        self.ann.set_value(n, "Sprint", value)
        return f"ann plans #{n} for {value}"

    def _more_sprints(self, dice: random.Random, n: int) -> str:
        self.count += 1
        self.ann.add_iteration("Sprint", f"Extra {self.count}")
        return f"ann adds the iteration Extra {self.count} in the board's settings"

    def _sort_options(self, dice: random.Random, n: int) -> str:
        field = dice.choice(["Status", "Priority"])
        if field == "Priority" and self.model.has_fields:
            return ""  # the column of an issue field, whose options are the organization's
        options = next(
            value[1]  # type: ignore[index] # a field
            for place, value in self.world.snap().items()
            if place[0] == "options" and value[0] == field  # type: ignore[index] # a field
        )
        names = dice.sample(options, len(options))
        self.ann.order_options(field, names)
        return f"ann sorts the options of {field}: {', '.join(names)}"

    def _points(self, dice: random.Random, n: int) -> str:
        value = dice.choice([1, 2, 5, 13, None])
        self.ann.set_value(n, "Story Points", value)
        return f"ann sets the points of #{n} to {value}"

    def _priority(self, dice: random.Random, n: int) -> str:
        value = dice.choice(["High", "Low", None])
        self.ann.set_value(n, "Priority", value)
        return f"ann sets the priority of #{n} to {value}"

    def _assign(self, dice: random.Random, n: int) -> str:
        login = dice.choice(PEOPLE)
        self.ann.assign(n, login)
        return f"ann assigns {login} to #{n}"

    def _unassign(self, dice: random.Random, n: int) -> str:
        issue = self.world.issues[n]
        number = dice.choice(issue.assignees)
        account = next(a for a in self.world.sandbox.store.accounts.values() if a.id == number)
        self.ann.unassign(n, account.login)
        return f"ann takes {account.login} off #{n}"

    # ---- boxes and texts ---------------------------------------------------------------------

    def _tick(self, dice: random.Random, n: int) -> str:
        return self._box(dice, n, done=True)

    def _untick(self, dice: random.Random, n: int) -> str:
        return self._box(dice, n, done=False)

    def _box(self, dice: random.Random, n: int, *, done: bool) -> str:
        boxes = re.findall(r"(?m)^- \[[ xX]\] (.*?)\s*$", self.world.issues[n].body)
        box = dice.choice(boxes)
        self.ann.tick(n, box, done=done)
        return f"ann {'ticks' if done else 'unticks'} {box!r} in #{n}"

    def _title(self, dice: random.Random, n: int) -> str:
        self.count += 1
        title = f"{self.world.issues[n].title} by ann {self.count}"
        self.ann.edit(n, title=title)
        return f"ann calls #{n} {title!r}"

    def _body(self, n: int, body: str, *, crlf: bool = True) -> None:
        if crlf:
            self.ann.edit(n, body=body)
            return
        with self.ann._transaction():
            issues.edit(
                self.world.sandbox.store, self.ann.viewer, self.world.issues[n], {"body": body}
            )

    def _token(self, n: int) -> str:
        self.count += 1
        token = f"note-{self.count}-{n}"
        self.model.tokens.setdefault(n, set()).add(token)
        return token

    def _around(self, dice: random.Random, n: int) -> str:
        body = self.world.issues[n].body.replace("\r\n", "\n")
        token = self._token(n)
        if dice.random() < 0.5:
            self._body(n, f"{token}\n\n{body}", crlf=dice.random() < 0.7)
            return f"ann writes {token} above the text of #{n}"
        self._body(n, f"{body}\n\n- [ ] {token}", crlf=dice.random() < 0.7)
        return f"ann writes {token} below the text of #{n}"

    def _inside(self, dice: random.Random, n: int) -> str:
        body = self.world.issues[n].body.replace("\r\n", "\n")
        if "<!-- backlog:begin -->\n" not in body:
            return ""
        token = self._token(n)
        line = f"{dice.choice(['', '- ', '- [x] '])}{token}"
        begin = "<!-- backlog:begin -->\n"
        self._body(n, body.replace(begin, f"{begin}{line}\n\n", 1))
        return f"ann writes {line!r} at the top of the block of #{n}"

    def _reword(self, dice: random.Random, n: int) -> str:
        body = self.world.issues[n].body.replace("\r\n", "\n")
        found = re.search(r"(?m)^As a .*$", parts(body)[1] or "")
        if found is None:
            return ""
        token = self._token(n)
        self.model.tokens[n].discard(token)  # within the file's own line: drift, to be set back
        self._body(n, body.replace(found[0], f"{found[0]} {token}", 1))
        return f"ann rewords the story of #{n} with {token}"

    def _endings(self, dice: random.Random, n: int) -> str:
        body = self.world.issues[n].body
        lf = "\r\n" in body
        self._body(n, body.replace("\r\n", "\n"), crlf=not lf)
        return f"the lines of #{n} end with {'LF' if lf else 'CRLF'} now"

    # ---- what the file owns ------------------------------------------------------------------

    def _milestone(self, dice: random.Random, n: int) -> str:
        titles = [m.title for m in self._milestones()]
        title = dice.choice([*titles, None])
        self.ann.set_milestone(n, title)
        return f"ann puts #{n} into milestone {title}"

    def _label(self, dice: random.Random, n: int) -> str:
        if not self.ann.has_label("people's"):
            self.ann.create_label("people's")
        self.ann.label(n, "people's")
        return f"ann puts the label people's on #{n}"

    def _unlabel(self, dice: random.Random, n: int) -> str:
        number = dice.choice(self.world.issues[n].labels)
        name = next(x.name for x in self._labels() if x.id == number)
        self.ann.unlabel(n, name)
        return f"ann takes the label {name} from #{n}"

    def _unblock(self, dice: random.Random, n: int) -> str:
        issue = self.world.issues[n]
        other = self.world.sandbox.store.records[dice.choice(issue.blocked_by)]
        with self.ann._transaction():
            relations.remove_blocker(self.world.sandbox.store, self.ann.viewer, issue, other)  # type: ignore[arg-type] # an issue
        return f"ann unlinks the blocker #{other.number} of #{n}"  # type: ignore[attr-defined] # an issue

    def _block(self, dice: random.Random, n: int) -> str:
        other = dice.choice([m for m in self.world.issues if m != n])
        self.ann.block(n, other)
        return f"ann says that #{n} is blocked by #{other}"

    def _detach(self, dice: random.Random, n: int) -> str:
        issue = self.world.issues[n]
        parent = next(p for p in self.world.issues.values() if p.id == issue.parent)
        with self.ann._transaction():
            relations.remove_sub_issue(self.world.sandbox.store, self.ann.viewer, parent, issue)
        return f"ann takes #{n} out from below #{parent.number}"

    def _under(self, dice: random.Random, n: int) -> str:
        other = dice.choice([m for m in self.world.issues if m != n])
        self.ann.put_below(n, other)
        return f"ann puts #{n} below #{other}"

    # ---- definitions -------------------------------------------------------------------------

    def _milestones(self) -> list[Milestone]:
        home = self.ann.repository.id
        return list(self.world.sandbox.store.milestones.get(home, {}).values())

    def _labels(self) -> list[Label]:
        home = self.ann.repository.id
        return list(self.world.sandbox.store.labels.get(home, {}).values())

    def _rename_milestone(self, dice: random.Random, n: int) -> str:
        mile = dice.choice(self._milestones())
        old, self.count = mile.title, self.count + 1
        title = f"{old.split(' (')[0]} ({self.count})"
        with self.ann._transaction():
            repositories.update_milestone(
                self.world.sandbox.store, self.ann.viewer, mile, {"title": title}
            )
        return f"ann renames milestone {old} to {title}"

    def _date_milestone(self, dice: random.Random, n: int) -> str:
        mile = dice.choice(self._milestones())
        due = f"2027-0{dice.randrange(4, 9)}-15T12:00:00Z"
        with self.ann._transaction():
            repositories.update_milestone(
                self.world.sandbox.store, self.ann.viewer, mile, {"due_on": due}
            )
        return f"ann sets milestone {mile.title} to {due[:10]}"

    def _declared(self) -> list[Label]:
        return [label for label in self._labels() if label.name.split(" ")[0] in ("ui", "api")]

    def _rename_label(self, dice: random.Random, n: int) -> str:
        label = dice.choice(self._declared())
        old, self.count = label.name, self.count + 1
        self.ann.rename_label(old, f"{old.split(' ')[0]} {self.count}")
        return f"ann renames the label {old} to {label.name}"

    def _color_label(self, dice: random.Random, n: int) -> str:
        label = dice.choice(self._declared())
        color = f"{dice.randrange(0x1000000):06x}"
        with self.ann._transaction():
            repositories.update_label(self.world.sandbox.store, self.ann.viewer, label, color=color)
        return f"ann gives the label {label.name} the color {color}"

    # ---- whole issues ------------------------------------------------------------------------

    def _delete(self, dice: random.Random, n: int) -> str:
        self.root.delete(n)
        return f"root deletes #{n}"

    def _copy(self, dice: random.Random, n: int) -> str:
        issue = self.world.issues[n]
        if "<!-- backlog:begin -->" not in issue.body:
            return ""
        who = dice.choice([self.ann, self.mallory])
        made = who.open_issue(f"Copy of {issue.title}", issue.body)
        self.model.extra.add(made.number)
        return f"{who.account.login} copies #{n} with its block into #{made.number}"

    def _open(self, dice: random.Random, n: int) -> str:
        self.count += 1
        who = dice.choice([self.bob, self.mallory])
        made = who.open_issue(f"Wish {self.count}", "Please.\n\n- [ ] one thing")
        return f"{who.account.login} opens #{made.number}"

    def _forge(self, dice: random.Random, n: int) -> str:
        """A stranger changes the base, the ticks or the marker of an issue of theirs."""
        own = [m for m in self.world.issues if m in self.model.strangers]
        n = dice.choice(own)
        issue = self.world.issues[n]
        body = issue.body.replace("\r\n", "\n")
        _, text, marker, _ = parts(body)
        if text is None:
            return ""
        match dice.randrange(3):
            case 0:
                found = re.search(r"\{.*\}", marker)
                assert found
                base = json.loads(found[0])
                names = [x.name for x in self._labels() if x.id in issue.labels]
                base["s"] = {**base.get("s", {}), "labels": sorted(names)}
                base["s"]["assignees"] = ["ann", "bob"]
                base.setdefault("h", {}).pop("state", None)
                body = body.replace(found[0], json.dumps(base, separators=(",", ":")))
                what = "the base"
            case 1:
                body = body.replace("- [ ] ", "- [x] ")
                what = "every box"
            case _:
                found = re.search(r'"state":"[0-9a-f]+"', marker)
                if not found:
                    return ""
                body = body.replace(found[0], '"state":"000000000000"')
                what = "the state in the base"
        self.mallory.edit(n, body=body)
        return f"mallory changes {what} in #{n}"


USUAL = {
    "close": 6, "reopen": 6, "status": 5, "tick": 6, "untick": 4, "assign": 2,
    "unassign": 2, "sprint": 2, "more_sprints": 1, "sort_options": 2,
    "points": 2, "priority": 2, "title": 4, "around": 4, "inside": 3, "reword": 3, "endings": 1,
    "milestone": 3, "label": 2, "unlabel": 3, "unblock": 3, "block": 1, "detach": 2, "under": 2,
    "rename_milestone": 1, "date_milestone": 1, "rename_label": 1, "color_label": 1,
    "delete": 1, "copy": 1, "open": 1, "forge": 2, **TEAMWORK,
}  # fmt: skip
"""How often each act is done, in parts."""

QUICK = {
    "close": 3, "reopen": 3, "status": 3, "tick": 6, "untick": 3, "assign": 1,
    "unassign": 1, "sprint": 1, "more_sprints": 1, "sort_options": 1,
    "points": 2, "priority": 1, "title": 5, "around": 8, "inside": 4, "reword": 3, "endings": 1,
    "milestone": 3, "label": 2, "unlabel": 2, "unblock": 2, "detach": 2, "under": 1,
}  # fmt: skip
"""How often each act is done while a run is under way."""
