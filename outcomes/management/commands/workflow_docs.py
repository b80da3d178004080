from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.models import Event, StatusModel
from outcomes.models import Outcome, Report

PATH = settings.BASE_DIR / "docs" / "workflow.md"

# What is called to make a move, and what speaks against it in the words of `against_…`.
VERBS: dict[type[StatusModel], dict[tuple[str, str], str]] = {
    Outcome: {
        ("draft", "submitted"): "submit",
        ("changes_requested", "submitted"): "submit",
        ("submitted", "draft"): "take_back",
        ("submitted", "approved"): "approve",
        ("submitted", "changes_requested"): "send_back",
        ("approved", "changes_requested"): "send_back",
        ("approved", "published"): "publish",
        ("published", "withdrawn"): "withdraw",
        ("withdrawn", "published"): "publish",
        ("submitted", "merged"): "merge_into",
        ("approved", "merged"): "merge_into",
        ("published", "merged"): "merge_into",
        ("merged", "submitted"): "part",
        ("merged", "approved"): "part",
        ("merged", "published"): "part",
    },
    Event: {
        ("draft", "published"): "publish",
        ("published", "withdrawn"): "withdraw",
        ("withdrawn", "published"): "publish",
    },
}
VERBS[Report] = VERBS[Event]

WHO = {
    "against_writing": "rapporteurs of the session, staff",
    "against_submitting": "rapporteurs of the session until the deadline, staff",
    "against_reviewing": "staff, but nobody their own text",
    "against_sending_back": "staff",
    "against_withdrawing": "staff",
    "against_merging": "staff",
    "against_parting": "staff",
    "against_curating": "staff",
}

HEAD = """# Workflow

Made by `manage.py workflow_docs` from the tables of legal moves in the code; a test compares. A move that is not here
does not exist. Each one is a method of the model, compares and swaps the status in the database, and adds a line to a
history that nobody can change.
"""


class Command(BaseCommand):
    help = "Write docs/workflow.md from the tables of legal moves; with --check only say whether it is current."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 if it is not current")

    def handle(self, *, check, **options):
        text = document()
        if check:
            if not PATH.exists() or PATH.read_text() != text:
                raise CommandError("docs/workflow.md is not current. Run manage.py workflow_docs.")
            return
        PATH.write_text(text)
        self.stdout.write(f"Wrote {PATH.relative_to(settings.BASE_DIR)}.")


def document() -> str:
    """Return the page: for each model with a status a diagram and a table of its moves."""
    return "\n".join([HEAD, *(section(model) for model in VERBS)])


def section(model) -> str:
    """Return heading, Mermaid diagram and table of one model; fails where a move has no verb or no words."""
    moves = [(was, to, against) for was, to_against in model.TRANSITIONS.items() for to, against in to_against.items()]
    label = dict(model.Status.choices)
    lines = [f"## {model._meta.verbose_name.capitalize()}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{label[status]}" as {status}' for status in model.Status.values]
    lines += [f"    [*] --> {model._meta.get_field('status').default}"]
    lines += [f"    {was} --> {to}: {VERBS[model][was, to]}()" for was, to, _ in moves]
    lines += ["```", "", "| from | verb | to | who |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {label[was]} | `{VERBS[model][was, to]}` | {label[to]} | {WHO[against]} |" for was, to, against in moves
    ]
    return "\n".join([*lines, ""])
