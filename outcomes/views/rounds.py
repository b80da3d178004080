"""Closing rounds on the desk: set one up, show it to the room, let contributions pass, close it.

Everything starts at `Round.objects.editable_by(user)`, so that what is somebody else's answers 404. Contributions are
named in the body of a post, never in an address.
"""

import uuid
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View

from events.attribution import FEWEST
from events.codes import EASY, easy_code
from events.deadline import clock
from events.models import Event, Session
from outcomes.models import Contribution, Round
from outcomes.places import Place
from outcomes.qr import QRCode
from outcomes.round_forms import RoundForm, seen
from outcomes.views.desk.access import PlaceMixin
from participants import history

State = Round.State


class RoundPlaceMixin(PlaceMixin):
    """A place in which the user may set up rounds: theirs to report on, or of an event they run."""

    @cached_property
    def place(self) -> Place:
        """What the address names; Http404 when it is somebody else's."""
        user = self.request.user
        if "slug" in self.kwargs:
            run, reported = Event.objects.editable_by(user), Event.objects.reported_whole_by(user)
            events = Event.objects.filter(Q(pk__in=run.values("pk")) | Q(pk__in=reported.values("pk")))
            return Place(get_object_or_404(events, slug=self.kwargs["slug"]))
        sessions = Session.objects.editable_by(user).select_related("event", "parent")
        session = get_object_or_404(sessions, code=self.kwargs["code"])
        return Place(session.event, session)

    def get_context_data(self, **kwargs):
        """Add whether the place's own page on the desk opens to this person."""
        user, session = self.request.user, self.place.session
        if session:
            reports_here = Session.objects.reported_by(user).filter(pk=session.pk).exists()
        else:
            reports_here = Event.objects.reported_whole_by(user).filter(pk=self.place.event.pk).exists()
        return super().get_context_data(**kwargs) | {"reports_here": reports_here} | kwargs


class RoundMixin(RoundPlaceMixin):
    """`self.round` from the address, one that the user may run."""

    @cached_property
    def round(self) -> Round:
        """What the address names; Http404 when it is somebody else's."""
        mine = Round.objects.editable_by(self.request.user).select_related("event", "session__event", "session__parent")
        return get_object_or_404(mine, code=self.kwargs["code"])

    @cached_property
    def place(self) -> Place:
        """Where it was set up."""
        return Place(self.round.event, self.round.session)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | live(self.round) | {"round": self.round} | kwargs


class FormMixin:
    """The form of a round, its times in the zone of its event."""

    template_name = "outcomes/rounds/round_form.html"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated and request.method == "POST":
            names = ("takeaway_prompt", "action_prompt")
            typed = [(RoundForm.base_fields[name].label, request.POST.get(name, "")) for name in names]
            if any(words for _, words in typed):
                context = {"reason": "signed-out", "typed": typed}
                return render(request, "outcomes/desk/outcome_kept.html", context, status=403)
        return super().dispatch(request, *args, **kwargs)

    def render_to_response(self, context, **kwargs):
        """Render at once, while the event's zone is the current one."""
        with timezone.override(self.place.event.zone):
            return super().render_to_response(context, **kwargs).render()

    def get_context_data(self, **kwargs):
        event = self.place.event
        zone = clock(timezone.localtime(timezone.now(), event.zone), event.time_zone)
        return super().get_context_data(**kwargs) | {"zone": zone} | kwargs

    def form(self, data=None, **kwargs) -> RoundForm:
        """Build the form and, where there is something to check, check it."""
        with timezone.override(self.place.event.zone):
            form = RoundForm(data, **kwargs)
            if data is not None:
                form.is_valid()
            return form

    def show(self, form, *, status=200, **context):
        """Answer with the form and whatever was typed into it."""
        return self.render_to_response(self.get_context_data(form=form, **context), status=status)


class RoundCreate(FormMixin, RoundPlaceMixin, TemplateView):
    """Set up a round; the same form sent twice makes one."""

    def get(self, request, **kwargs):
        return self.show(self.form(), new_code=easy_code())

    def post(self, request, **kwargs):
        """Make it, under the code that the form came with."""
        code = request.POST.get("new_code", "")
        if len(code) != 8 or set(code) - set(EASY):
            code = easy_code()
        blank = Round(event=self.place.event, session=self.place.session, code=code)
        form = self.form(request.POST, instance=blank)
        if not form.is_valid():
            return self.show(form, new_code=code, status=422)
        try:
            with history.watch(by=request.user) as more:
                more.append(form.save())
        except IntegrityError:
            first = self.place.rounds.filter(code=code).first()
            if first is None:  # somebody else's code: the form gets another
                return self.show(form, new_code=easy_code(), status=409)
            return redirect(first)
        messages.success(request, "The closing round is set up. Show the projector page when it is time.")
        return redirect(form.instance)


class RoundEdit(FormMixin, RoundMixin, TemplateView):
    """Change how a round asks and when."""

    def get(self, request, **kwargs):
        return self.show(self.form(instance=self.round), seen=seen(self.round))

    @transaction.atomic
    def post(self, request, **kwargs):
        """Save it, unless somebody did meanwhile: then both are shown."""
        Round.objects.select_for_update(no_key=True).get(pk=self.round.pk)
        self.round.refresh_from_db(fields=RoundForm.Meta.fields)
        now = seen(self.round)
        stands = self.form(instance=Round.objects.get(pk=self.round.pk))
        form = self.form(request.POST, instance=self.round)
        if not form.is_valid():
            return self.show(form, seen=request.POST.get("seen", ""), status=422)
        if request.POST.get("seen") != now and seen(form.instance) != now:
            with timezone.override(self.place.event.zone):
                changed = [{"label": form[name].label, "value": said(stands[name])} for name in form.changed_data]
            return self.show(form, seen=now, changed=changed, status=409)
        with history.watch(form.instance, by=request.user):
            form.instance.save(update_fields=RoundForm.Meta.fields)
        messages.success(request, "Saved.")
        return redirect(form.instance)


class RoundControl(RoundMixin, TemplateView):
    """Whoever runs a round: its state, how many have answered, where, and what they wrote."""

    template_name = "outcomes/rounds/control.html"

    def get_context_data(self, **kwargs):
        told = self.round.actor_types_told()
        contributions = [
            {"it": one, "actor_type": one.get_actor_type_display() if one.actor_type in told else ""}
            for one in self.round.readable()
        ]
        return super().get_context_data(**kwargs) | {
            "contributions": contributions,
            "fewest": FEWEST,
            "shown": sum(card["it"].moderation == Contribution.Moderation.SHOWN for card in contributions),
            "opens": self.words(self.round.opens_at),
            "closes": self.words(self.round.closes_at),
            "purged": self.words(self.round.purged_at),
            "address": shown_address(self.round),
        }

    def words(self, moment) -> str:
        """Day and time by the clock of the place of the event; nothing for no moment."""
        if moment is None:
            return ""
        there = timezone.localtime(moment, self.round.event.zone)
        return f"{date_format(there, 'j F Y, H:i')}, {clock(there, self.round.event.time_zone)}"


class RoundProjector(RoundMixin, TemplateView):
    """What the room sees: the code as a square and in letters, how many have answered, and what passed."""

    template_name = "outcomes/rounds/projector.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "qr": QRCode.of(self.round.address),
            "address": shown_address(self.round),
            "projected": self.round.projected(),
        }


class RoundLive(RoundMixin, View):
    """The parts of both pages that change by themselves, for static/js/live.js; asked for every few seconds."""

    http_method_names = ["get", "head"]

    def get(self, request, **kwargs):
        return render(request, "outcomes/rounds/live.html", live(self.round) | {"projected": self.round.projected()})


# Buttons


class RoundButton(RoundMixin, View):
    """A verb of the round as a button; pressed twice it does nothing more."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        self.press()
        return redirect(self.round)


class RoundOpen(RoundButton):
    """Open it now."""

    def press(self):
        self.round.open()
        if self.round.state == State.OPEN:
            messages.success(self.request, "Open: the room can answer.")


class RoundClose(RoundButton):
    """Close it now."""

    def press(self):
        self.round.close()
        if self.round.state == State.CLOSED:
            messages.success(self.request, "Closed: no more answers are taken.")


class RoundReopen(RoundButton):
    """Take answers again."""

    def press(self):
        self.round.reopen()
        if self.round.state == State.OPEN:
            messages.success(self.request, "Open again, until you close it.")


class RoundModerate(RoundMixin, View):
    """Let one contribution pass to the projector, or keep it from there, as it was read."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        decision, version = request.POST.get("decision"), request.POST.get("version", "")
        one = self.contribution(request.POST.get("contribution", ""))
        if one is None or decision not in ("shown", "hidden"):
            messages.warning(request, "Nothing was changed: that contribution is not here any more.")
        elif not (version.isascii() and version.isdigit() and len(version) < 10) or not one.moderate(
            Contribution.Moderation(decision), version=int(version)
        ):
            messages.warning(request, "Nothing was changed: it says something else by now. Read it again.")
        place = request.POST.get("place", "")
        anchor = f"#contribution-{place}" if place.isascii() and place.isdigit() and len(place) < 5 else ""
        return redirect(f"{self.round.get_absolute_url()}{anchor}")

    def contribution(self, key: str) -> Contribution | None:
        """The contribution of this round with that id."""
        try:
            return self.round.contributions.filter(pk=uuid.UUID(key)).first()
        except ValueError:
            return None


# What the pages say


def live(round_: Round) -> dict:
    """How many have answered, and the state."""
    number = round_.contributions.count() if round_.purged_count is None else round_.purged_count
    return {"number": number, "state": round_.state}


def shown_address(round_: Round) -> dict[str, str]:
    """The address as it is typed: no scheme, in two parts, the code last."""
    parts = urlsplit(round_.address)
    return {"before": f"{parts.netloc}/round/", "code": round_.code}


def said(bound) -> str:
    """A field's value as a person reads it."""
    value = bound.value()
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(bound.field.widget.format_value(value) or "Nothing").replace("T", " ") if value else "Nothing"
