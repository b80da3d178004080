"""Every component on one page with made-up content, for whoever works on the look. Mounted only while DEBUG is on."""

from datetime import UTC, date, datetime

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render

from events.attribution import Byline
from events.filters import Option
from events.models import Event
from events.people import Named
from events.programme import Entry
from outcomes.listed import Face


class GalleryForm(forms.Form):
    """One field of each kind that components/form_field.html draws."""

    text = forms.CharField(
        label="Takeaway",
        help_text="One conclusion the group shared, in one or two sentences.",
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    theme = forms.ChoiceField(label="Theme", choices=[("", "Choose one"), ("norms", "Norms"), ("capacity", "Capacity")])
    nature = forms.ChoiceField(
        label="What kind of action is it?",
        choices=[("recommendation", "Recommendation"), ("pledge", "Pledge"), ("next_step", "Next step")],
        widget=forms.RadioSelect,
    )
    addressed_to = forms.MultipleChoiceField(
        label="Addressed to",
        help_text="Choose all that the group named.",
        choices=[("state", "States"), ("un_entity", "UN entities"), ("civil_society", "Civil society")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    due_text = forms.CharField(
        label="When is it due?", help_text="Words are fine: “second quarter 2027”.", required=False
    )
    agreed = forms.BooleanField(label="The group has seen this wording")


def sample():
    """Context of gallery.html: plain dicts in the shapes that the components' own comments describe."""
    themes = [
        {"name": "Capacity-building", "slug": "capacity-building", "description": "Policies, processes and people."},
        {"name": "Confidence-building and transparency", "slug": "confidence-building", "description": ""},
        {"name": "العمل متعدد أصحاب المصلحة", "slug": "multistakeholder", "description": "مشاركة جميع الأطراف."},
    ]
    starts_on, ends_on = date(2026, 3, 3), date(2026, 3, 5)
    event = Event(
        title="Exercise Lighthouse: restoring trust after a cross-border incident",
        slug="exercise-lighthouse",
        format=Event.Format.SCENARIO_EXERCISE,
        city="Port Utopia",
        starts_on=starts_on,
        ends_on=ends_on,
        summary="Three days in which made-up States answer a made-up incident, and say what they would change.",
    )
    groups = [
        Entry(f"group{n}", f"Breakout group {n}", title, f"Room {n}", "", (), None, (), (), 4)
        for n, title in [(2, "Group A: hotlines"), (3, "Group B: public statements")]
    ]
    plenary = Entry(
        code="gallery1",
        kind="Plenary",
        title="Working through the first night",
        room="Long Room",
        body="",
        times=(("2026-03-03T14:00:00+00:00", "14:00"), ("2026-03-03T15:30:00+00:00", "15:30")),
        other_date=None,
        people=(Named("Moderator", Byline("Ana Example", "Director", "Institute of Examples")),),
        groups=tuple(groups),
        level=3,
    )
    tags = [(theme["name"], "#outcome-card") for theme in themes]
    takeaway = Face(
        kind="takeaway",
        label="Takeaway",
        mark="T3",
        reference="LH26-T3",
        href="#outcome-card",
        text="Points of contact only help if they are called before an incident; a yearly exercise that uses the "
        "directory is worth more than a longer directory.",
        event_title="Exercise Lighthouse: restoring trust after a cross-border incident",
        event_href="#event-card",
        starts_on=starts_on,
        ends_on=ends_on,
        themes=tuple(tags),
    )
    action = takeaway._replace(
        kind="action",
        label="Action",
        mark="A1",
        reference="LH26-A1",
        text="Publish the exercise’s injects and the answers given, without names, for others to run.",
        progress="partly_done",
        progress_label="Partly done",
        is_overdue=True,
    )
    arabic = Face(
        kind="takeaway",
        label="Takeaway",
        mark="T12",
        reference="LH26-T12",
        href="#outcome-card",
        text="الحوار المنتظم يبني الثقة قبل وقوع الحوادث لا بعدها.",
    )
    long = takeaway._replace(mark="T4", reference="LH26-T4", text=takeaway.text * 4, themes=())
    page = Paginator(range(174), 20).page(4)
    return {
        "themes": themes,
        "event": event,
        "tags": tags,
        "cards": [takeaway, action, arabic, long],
        "page": page,
        "elided": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "pills": [
            ("takeaway", "Takeaway"),
            ("action", "Action"),
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("changes_requested", "Changes requested"),
            ("approved", "Approved"),
            ("published", "Published"),
            ("withdrawn", "Withdrawn"),
            ("upcoming", "Upcoming"),
        ],
        "progress": [
            ("proposed", "Proposed"),
            ("accepted", "Accepted"),
            ("in_progress", "In progress"),
            ("partly_done", "Partly done"),
            ("done", "Done"),
            ("not_taken_forward", "Not taken forward"),
            ("superseded", "Superseded"),
        ],
        "notices": [
            ("info", "Chatham House Rule", "What was said may be used; who said it, and who was there, may not."),
            ("plain", "Disclaimer", "A summary by the rapporteur in a personal capacity."),
            ("warning", "Closes at 18:00", "After that, the editors take over."),
            ("error", "Not saved", "Somebody else changed this text while you were writing."),
            ("success", "Submitted", "The editors have been told."),
        ],
        "facet": [
            Option("capacity", "Capacity-building", selected=True, count=41),
            Option("norms", "Norms of responsible State behaviour", count=12),
            Option("gender", "Gender and inclusion", count=0),
        ],
        "years": [Option("2026", "2026", selected=True), Option("2025", "2025")],
        "chips": [{"label": "Capacity-building", "href": "?year=2026"}, {"label": "2026", "href": "?theme=capacity"}],
        "links": [{"label": "Search in all years", "href": "?"}],
        "facts": [
            {"label": "Reference", "value": "LH26-A1"},
            {"label": "Addressed to", "value": "States; UN entities"},
            {"label": "Dialogue", "value": event.title, "href": "#facts"},
            {"label": "Owner", "value": "No owner yet"},
        ],
        "tasks": [
            {
                "label": "Takeaway 1",
                "href": "#tasks",
                "hint": "Points of contact",
                "state": "completed",
                "state_label": "Completed",
            },
            {"label": "Takeaway 2", "href": "#tasks", "state": "in_progress", "state_label": "In progress"},
            {"label": "Action 1", "href": "#tasks", "state": "changes_requested", "state_label": "Changes requested"},
            {"label": "Send to the editors", "state": "draft", "state_label": "Cannot start yet"},
        ],
        "changes": [
            {
                "at": datetime(2026, 3, 6, 9, 12, tzinfo=UTC),
                "what": "Sent back",
                "by": "An editor",
                "note": "Which directory?",
            },
            {"at": datetime(2026, 3, 5, 17, 40, tzinfo=UTC), "what": "Submitted", "by": "A rapporteur", "note": ""},
        ],
        "contents": [("programme", "Programme"), ("contents", "Contents")],
        "programme": [plenary],
        "columns": ["Progress", "Actions", "Last update"],
        "rows": [["In progress", 12, "3 March 2026"], ["Done", 4, "28 February 2026"]],
        "form": GalleryForm(auto_id="empty_%s"),
        "bound": GalleryForm({"text": "", "due_text": "second quarter 2027", "nature": "pledge"}, auto_id="bound_%s"),
        "swatches": [
            "paper",
            "paper-sunk",
            "ink",
            "ink-soft",
            "rule",
            "rule-strong",
            "accent",
            "bad",
            "warn",
            "good",
            "mark",
        ],
    }


def gallery(request):
    """Draw gallery.html; touches no database, no session and no user."""
    return render(request, "gallery.html", sample())
