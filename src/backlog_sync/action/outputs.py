"""Write to the runner: outputs, the step summary, annotations and the log.

Sources: GitHub's documentation, "Workflow commands for GitHub Actions".
"""

import secrets
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.core.escape import clean, split_lines
from backlog_sync.dataclass import dataclass
from backlog_sync.render.annotations import Annotation, annotation_command

MOST = 10
"""The most annotations of a kind that GitHub shows for one step."""
KINDS = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of a run: exit code, one line, the summary as Markdown, and outputs.

    With `continues` the step succeeds although something is left: the next run does it.
    """

    code: int
    line: str
    markdown: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    continues: bool = False


class RunnerOutput:
    """The runner's files and its log.

    `prefix` leads from the repository's top to the folder that paths are relative to.
    """

    def __init__(self, env: Mapping[str, str], prefix: str = "") -> None:
        self._output = env.get("GITHUB_OUTPUT")
        self._summary = env.get("GITHUB_STEP_SUMMARY")
        self._prefix = prefix
        self._shown = dict.fromkeys(KINDS, 0)
        self._unshown = dict.fromkeys(KINDS, 0)

    def log(self, text: str) -> None:
        """Write lines to the log, none of which can act as a workflow command."""
        for line in split_lines(text.rstrip("\n")):
            sys.stdout.write(clean(line) + "\n")
        sys.stdout.flush()

    def mask(self, secret: str) -> None:
        """Have the runner mask a secret in every log from here on."""
        sys.stdout.write(f"::add-mask::{secret}\n")
        sys.stdout.flush()

    def remark(self, remarks: Iterable[Annotation]) -> None:
        """Write annotations; after ten of a kind, the most that a page shows, only log lines."""
        for remark in remarks:
            if self._shown[remark.kind] >= MOST:
                self._unshown[remark.kind] += 1
                place = f"{remark.place}: " if remark.place else ""
                self.log(f"{place}{remark.kind}[{remark.title}] {remark.message}")
                continue
            self._shown[remark.kind] += 1
            sys.stdout.write(annotation_command(remark, self._prefix))
        sys.stdout.flush()

    def end(self, ended: RunResult) -> None:
        """Write the result: the last line of the log, the summary, the outputs."""
        for kind, count in self._unshown.items():
            if count:
                self.log(f"{count} more of kind {kind} are only in the log")
        self.log(ended.line)
        if self._summary and ended.markdown:
            _append(self._summary, ended.markdown.rstrip("\n") + "\n")
        if self._output:
            outputs = {**ended.outputs, "summary": ended.line, "exit-code": str(ended.code)}
            _append(self._output, outputs_text(outputs))


def outputs_text(outputs: Mapping[str, str]) -> str:
    """Return outputs in the format of GITHUB_OUTPUT, each with an unguessable delimiter."""
    parts = []
    for name, value in outputs.items():
        mark = f"ghadelimiter_{secrets.token_hex(16)}"
        parts.append(f"{name}<<{mark}\n{value}\n{mark}\n")
    return "".join(parts)


def remarks_of(diagnostics: Sequence[Diagnostic]) -> list[Annotation]:
    """Return the findings of lint as annotations."""
    return [
        Annotation(
            "error" if diagnostic.is_error else "warning",
            diagnostic.slug,
            diagnostic.message + (f" ({diagnostic.hint})" if diagnostic.hint else ""),
            diagnostic.place,
        )
        for diagnostic in sorted(diagnostics)
    ]


def _append(path: str, text: str) -> None:
    with Path(path).open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(text)
