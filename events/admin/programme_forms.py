"""The forms of the programme editor: times are typed as the clock at the place shows them."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max

from events.models import Session
from events.plan import Plan, Row, mark
from events.scheduling import MAX_GROUPS, code_for
from participants.text import validate_plain

NIGHT_ENDS = dt.time(5)  # an hour before it, under a day of the programme, is that of the night after


class SessionForm(forms.Form):
    """A session in its row: what, when, where, and under which other one."""

    title = forms.CharField(max_length=500, validators=[validate_plain], widget=forms.TextInput(attrs={"dir": "auto"}))
    kind = forms.ChoiceField(choices=Session.Kind)
    number = forms.CharField(max_length=20, required=False, validators=[validate_plain], help_text="1, A, II …")
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    start = forms.TimeField(required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end = forms.TimeField(required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    room = forms.CharField(
        max_length=150, required=False, validators=[validate_plain], widget=forms.TextInput(attrs={"list": "rooms"})
    )
    under = forms.ChoiceField(required=False, label="Stands under")
    mark = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, event, found: Plan, row: Row | None = None, **kwargs):
        self.event, self.plan, self.row = event, found, row
        self.read = row.mark if row else ""  # as it is in the database: `session()` writes into the row
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("prefix", f"s{row.pk}" if row else "new")
        kwargs["initial"] = (_shown(row) if row else {"kind": Session.Kind.PLENARY}) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        own = {row.pk, *(one.pk for one in row.below())} if row else set()
        self.fields["under"].choices = [("", "– nothing: it is on top –")] + [
            (str(one.pk), f"{one.times} {one.above.session.title + ' › ' if one.above else ''}{one.session}".strip())
            for one in found.rows.values()
            if one.pk not in own
        ]

    def changed_meanwhile(self) -> list[tuple[str, str, str]]:
        """Return (what, as it stands now, as typed) where somebody saved the row since this form was made."""
        if self.row is None or self.data.get(self.add_prefix("mark")) in (None, "", self.read):
            return []
        now, labels = _shown(self.row), dict(self.fields["under"].choices) | dict(Session.Kind.choices)
        found = []
        for name in ("title", "kind", "number", "day", "start", "end", "room", "under"):
            field = self[name]
            typed = str(self.data.get(field.html_name, ""))
            stands = field.field.widget.format_value(now[name]) if name in ("day", "start", "end") else now[name]
            stands = "" if stands is None else str(stands)
            if stands != typed:
                found.append(
                    (str(field.label), labels.get(stands, stands) if stands else "–", labels.get(typed, typed) or "–")
                )
        return found

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        day, start, end = cleaned["day"], cleaned["start"], cleaned["end"]
        if start and not day:
            self.add_error("day", "On which day does it start?")
        elif end and not start:
            self.add_error("start", "When does it start?")
        elif start:
            self._set_times(day, start, end)
        return cleaned

    def _set_times(self, day: dt.date, start: dt.time, end: dt.time | None) -> None:
        if self.row and self.row.starts_at and not {"day", "start", "end"} & set(self.changed_data):
            return  # as they were, seconds and second hours of a night of two included
        date = day
        same_hour = self.row and self.row.starts_at and self.row.starts_at.date() == day
        if start < NIGHT_ENDS and not (same_hour and "start" not in self.changed_data):
            date = day + dt.timedelta(days=1)
        self.cleaned_data["starts_at"] = starts_at = self._moment("start", date, start)
        if end and starts_at:
            self.cleaned_data["ends_at"] = self._moment("end", date + dt.timedelta(days=end < start), end)

    def _moment(self, name: str, date: dt.date, time: dt.time) -> dt.datetime | None:
        zone = self.event.zone
        moment = dt.datetime.combine(date, time, zone)
        if moment.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
            self.add_error(name, f"On {date:%d %B %Y} the clocks of {zone.key} skip {time:%H:%M}.")
            return None
        return moment

    def session(self) -> Session:
        """Return the session as typed, not saved; errors of the model come with `full_clean`."""
        cleaned = self.cleaned_data
        session = self.row.session if self.row else Session(event=self.event, code=code_for(cleaned["key"]))
        for name in ("title", "kind", "number", "room"):
            setattr(session, name, cleaned[name])
        above = self.plan.rows[int(cleaned["under"])] if cleaned["under"] else None
        session.parent = above.session if above else None
        if "starts_at" in cleaned:
            session.starts_at, session.ends_at = cleaned["starts_at"], cleaned.get("ends_at")
        elif not cleaned["start"]:
            session.starts_at = session.ends_at = None
        starts_on = session.starts_at and session.starts_at.astimezone(self.event.zone).date()
        day = None if above and cleaned["day"] == above.day and not session.starts_at else cleaned["day"]
        session.programme_day = None if day == starts_on else day
        if not self.row:
            beside = self.event.sessions.filter(parent=session.parent)
            session.position = beside.aggregate(last=Max("position", default=-1))["last"] + 1
        return session

    def save(self, store) -> Session | None:
        """Store the session through `store`; None where the model refuses it, with the reasons at the fields."""
        try:
            return store(self.session(), self.read)
        except ValidationError as refused:
            named = {"parent": "under", "starts_at": "start", "ends_at": "end", "programme_day": "day"}
            for name, errors in refused.message_dict.items():
                name = named.get(name, name)
                self.add_error(name if name in self.fields else None, errors)
            return None


class ShiftForm(forms.Form):
    """By how many minutes a session and what follows it on its day move."""

    minutes = forms.IntegerField(min_value=-720, max_value=720, help_text="Later, or earlier with a minus.")
    mark = forms.CharField(widget=forms.HiddenInput)


class CopyForm(forms.Form):
    """To which day, and at which hour, a session is copied with what stands under it."""

    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    start = forms.TimeField(required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class GroupsForm(forms.Form):
    """How many breakout groups to add in a row."""

    number = forms.IntegerField(min_value=1, max_value=MAX_GROUPS)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


def _shown(row: Row) -> dict:
    session = row.session
    return {
        "title": session.title,
        "kind": session.kind,
        "number": session.number,
        "day": row.day,
        "start": row.starts_at and row.starts_at.time().replace(second=0, microsecond=0),
        "end": row.ends_at and row.ends_at.time().replace(second=0, microsecond=0),
        "room": session.room,
        "under": str(session.parent_id or ""),
        "mark": mark(session),
    }
