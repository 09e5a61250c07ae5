"""Issue forms: the headings that they write, whatever else is in their folder."""

from pathlib import Path

from backlog_sync.files.issue_forms import FOLDER, issue_forms

FORM = """\
name: Bug report
body:
  - type: markdown
    attributes: {label: Thanks}
  - {type: textarea, attributes: {label: What happened? }}
  - {type: checkboxes, attributes: {options: [{label: I looked}]}}
  - {type: input, attributes: {label: Version}}
"""


def test_forms_are_read_and_the_rest_is_left_out(tmp_path: Path) -> None:
    """Not the chooser, no template in Markdown, nothing that is broken or something else."""
    assert issue_forms(tmp_path) == ()
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    others = {
        "config.yml": "blank_issues_enabled: false\n", "old.md": "# Old\n", "broken.yml": "a: [\n",
        "list.yml": "- a\n", "odd.yml": "name: [x]\nbody: [a, {attributes: b}, {type: input}]\n",
        "text.yaml": "body: text\n", "bug.yml": FORM,
    }  # fmt: skip
    for name, text in others.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "folder.yml").mkdir()
    forms = {form.names[0]: form for form in issue_forms(tmp_path)}
    assert sorted(forms) == ["bug.yml", "odd.yml", "text.yaml"]
    assert forms["bug.yml"].names == ("bug.yml", "bug", "Bug report")
    assert forms["bug.yml"].headings == ("What happened?", "Version")
    body = "### What happened?\r\n\r\nIt broke.\r\n\r\n### Version\r\n\r\n_No response_"
    assert forms["bug.yml"].wrote(body)
    assert not forms["bug.yml"].wrote("### Version\n\n### What happened?\n")
    assert not forms["odd.yml"].wrote(body)
