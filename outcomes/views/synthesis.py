"""The synthesis of a closing round: statements brought together, named, and made drafts whose origin can be shown.

Each post is small and says where a thing stood when the page was made, so that two people can work at once; whatever
was overtaken is answered with how it stands now. The script of the page sends the same forms and shows the page that
they lead to: there is one way, with it and without.
"""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.views.generic import TemplateView

from outcomes import suggest, synthesis, workflow
from outcomes.board import Board, Origin, typical
from outcomes.forms import DraftForm, GroupNameForm, StatementsForm
from outcomes.models import TEXT_BUDGET, TEXT_LIMIT, Outcome, Round, StatementGroup
from outcomes.places import Place
from outcomes.synthesis import ASIDE, NEW, TO_GO, Overtaken
from outcomes.views.desk.access import DeskMixin
from outcomes.views.desk.states import STATES

Kind = Outcome.Kind
GONE = "That group was deleted or merged into another meanwhile."


class RoundMixin(DeskMixin):
    """`self.round` from the address, one that the user runs; the rest answer 404."""

    @cached_property
    def round(self) -> Round:
        """What the address names; Http404 when it is somebody else's."""
        rounds = Round.objects.editable_by(self.request.user)
        return get_object_or_404(
            rounds.select_related("event", "session__event", "session__parent"), code=self.kwargs["code"]
        )

    @property
    def place(self) -> Place:
        """Where its drafts are filed."""
        return Place(self.round.event, self.round.session)

    @property
    def kind(self) -> str:
        """Takeaways or actions: what the form or the address says."""
        asked = self.request.POST.get("kind") or self.request.GET.get("kind")
        return Kind.ACTION if asked == Kind.ACTION else Kind.TAKEAWAY

    def to_board(self, kind: str, **query):
        """Go back to the screen."""
        address = reverse("outcomes:synthesis", args=[self.round.code])
        given = {"kind": kind} if kind == Kind.ACTION else {}
        wanted = "&".join(f"{name}={value}" for name, value in (given | query).items())
        return redirect(f"{address}?{wanted}" if wanted else address)


class BoardMixin(RoundMixin):
    """Shows the screen: as things stand, or with what was typed and why it could not be taken."""

    template_name = "outcomes/rounds/synthesis.html"

    def show(self, board: Board, *, status: int = 200, **context):
        """Answer with the screen."""
        return self.render_to_response(self.get_context_data(board=board, **context), status=status)

    def get_context_data(self, board: Board, **kwargs):
        user = self.request.user
        mine = set(
            Outcome.objects.reported_by(user)
            .filter(pk__in=[column.group.draft.pk for column in board.columns if column.group.draft])
            .values_list("pk", flat=True)
        )
        return super().get_context_data(**kwargs) | {
            "board": board,
            "place": self.place,
            "round": self.round,
            "kinds": [(kind, f"{kind.label}s", board.found[kind]) for kind in Kind],
            "kind": board.kind,
            "request_key": uuid.uuid4(),
            "reasons": StatementsForm.REASONS,
            "is_over": synthesis.is_over(self.round),
            "states": STATES,
            "mine": mine,
            "new": kwargs.get("new", self.request.GET.get("new", "")),
        }


class Synthesis(BoardMixin, TemplateView):
    """The screen; with `?seen=` the mark of what is shown, nothing (204) while that is still how it stands."""

    def get(self, request, **kwargs):
        board = Board(self.round, self.kind)
        if request.GET.get("seen") == board.stamp:
            return HttpResponse(status=204)
        return self.show(board)


class StatementsMove(BoardMixin, TemplateView):
    """Move what is ticked, or the one whose button was pressed."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        form, kind = StatementsForm(request.POST), self.kind
        one = request.POST.get("one")
        ticked = [one] if one else request.POST.getlist("statement")
        seen = dict(filter(None, map(seen_in, ticked)))
        if not seen or not form.is_valid():
            self.round  # noqa: B018  # somebody else's is not there, whatever was sent
            errors = [str(error) for found in form.errors.values() for error in found]
            error = errors[0] if errors else "Nothing was moved: tick at least one."
            context = {"ticked": {str(pk) for pk in seen}, "to": request.POST.get("to", "")}
            typed = request.POST.get("reason", "")
            return self.show(Board(self.round, kind), status=422, error=error, reason=typed, **context)
        to, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
        try:
            moved = synthesis.move(self.round, kind, seen, to=to, reason=reason, request_key=key_in(request))
        except Overtaken as reason_why:
            messages.warning(request, f"Nothing was moved. {reason_why}")
            return self.to_board(kind)
        if moved.number:
            messages.success(request, said_of(moved, to))
        self.say_what_stands(moved)
        is_new = to == NEW and moved.group
        return self.to_board(kind, **({"new": moved.group.code} if is_new else {}))

    def say_what_stands(self, moved):
        """Say of what somebody else was faster with where it is now."""
        if moved.gone:
            messages.warning(
                self.request, "What you moved was changed or deleted by who wrote it. It is gone from here."
            )
        if not moved.overtaken:
            return
        groups = {group.code: str(group) for group in StatementGroup.objects.filter(round=self.round)}
        places = {where_words(place, groups) for _, place in moved.overtaken}
        where = places.pop() if len(places) == 1 else "in different places"
        number = len(moved.overtaken)
        start = "Somebody else moved it" if number == 1 else f"Somebody else moved {number} of them"
        stands = "It is" if number == 1 else "They are"
        messages.warning(self.request, f"{start} meanwhile. {stands} {where} now, and stayed there.")


class Gone(Exception):
    """No group of this round has that code: any more, or because it is another round's."""


class GroupMixin(BoardMixin):
    """`self.group` from the address: one of the round's; what is not answers 404 on the screen, to go on from there."""

    @cached_property
    def group(self) -> StatementGroup:
        """What the address names, of a round that the user runs."""
        groups = StatementGroup.objects.select_related("round__event", "outcome").filter(round=self.round)
        group = groups.filter(code=self.kwargs["group"]).first()
        if group is None:
            raise Gone
        group.round = self.round
        return group

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except Gone:
            messages.warning(request, GONE)
            self.template_name = BoardMixin.template_name
            return self.show(Board(self.round, self.kind), status=404)
        except Overtaken as reason:
            messages.warning(request, str(reason))
            return self.to_board(self.kind)


class GroupRename(GroupMixin, TemplateView):
    """Name a group; of two names at once the first stands, and the second stays in its field."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        form, group = GroupNameForm(request.POST), self.group
        sent = request.POST.get("version", "")
        version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
        if not form.is_valid():
            return self.refuse(form.errors["name"][0], 422)
        try:
            renamed = synthesis.rename(group, form.cleaned_data["name"], version=version)
        except Overtaken as reason:
            if not StatementGroup.objects.filter(pk=group.pk).exists():
                raise
            return self.refuse(str(reason), 409)
        messages.success(request, f"Named “{renamed}”." if renamed.name else f"It is called “{renamed}” again.")
        return self.to_board(group.kind)

    def refuse(self, error: str, status: int):
        """Show the screen with the name that was typed still in its field."""
        typed = self.request.POST.get("name", "")
        board = Board(self.round, self.group.kind)
        return self.show(board, status=status, error=error, name=typed, new=self.group.code)


class GroupMove(GroupMixin, TemplateView):
    """Move a group up or down among those of its kind."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        up = request.POST.get("direction") == "up"
        place, of = synthesis.shift(self.group, by_places=-1 if up else 1)
        messages.success(request, f"“{self.group}” moved {'up' if up else 'down'}: now {place} of {of}.")
        return self.to_board(self.group.kind)


class GroupMerge(GroupMixin, TemplateView):
    """Put a group's statements into another group."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        into = request.POST.get("into", "")
        if not into.isalnum():
            raise Overtaken("Choose a group to merge it into.")
        other, number = synthesis.merge(self.group, into=into)
        messages.success(request, f"“{self.group}” went into “{other}”, with {statements_in_words(number)}.")
        return self.to_board(other.kind)


class GroupDelete(GroupMixin, TemplateView):
    """Delete an empty group."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        synthesis.delete(self.group)
        messages.success(request, f"“{self.group}” deleted.")
        return self.to_board(self.group.kind)


class GroupRecount(GroupMixin, TemplateView):
    """Count a draft anew from what stands in its group."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        said = self.group.draft and self.group.draft.says_raised
        outcome = synthesis.recount(self.group)
        words = f"Counted again: {outcome.raised_by} of {outcome.raised_of}."
        if said and not outcome.says_raised:
            words += " The public page will no longer say it."
        messages.success(request, words)
        return self.to_board(self.group.kind)


class GroupDraft(GroupMixin, TemplateView):
    """A group's statements beside the words of a draft; posted once, it makes one."""

    template_name = "outcomes/rounds/synthesis_draft.html"

    def get(self, request, **kwargs):
        if self.group.draft:
            raise Overtaken(f"“{self.group}” is a draft already.")
        if not self.statements:
            raise Overtaken(f"“{self.group}” is empty: move statements into it first.")
        words = self.group.name or typical(self.statements)
        return self.page(self.form(initial={"text": words}))

    @cached_property
    def statements(self):
        """What stands in the group."""
        board = Board(self.round, self.group.kind)
        self.of = len(board.statements)
        return next((column.statements for column in board.columns if column.group == self.group), [])

    def form(self, data=None, **kwargs) -> DraftForm:
        """Build the form, offering first the themes that its statements suggest, then those used in this place."""
        used = self.place.outcomes.order_by().values_list("themes", flat=True).distinct()
        suggested = suggest.suggested(" ".join(statement.text for statement in self.statements))
        return DraftForm(data, offer=[pk for pk in used if pk], suggested=suggested, **kwargs)

    def page(self, form, *, status: int = 200, request_key=None, **context):
        """Answer with the form."""
        number = len(self.statements)
        planned = Outcome(kind=self.group.kind, event=self.round.event, session=self.round.session)
        planned.raised_by, planned.raised_of, planned.recorded_under = number, self.of, self.place.rule
        context |= {"form": form, "group": self.group, "statements": self.statements, "of": self.of}
        context |= {"round": self.round, "place": self.place, "budget": TEXT_BUDGET, "limit": TEXT_LIMIT}
        context |= {"against": synthesis.against_saying(self.group, planned)}
        context |= {"request_key": request_key or uuid.uuid4(), "kind": Kind(self.group.kind)}
        return self.render_to_response(context, status=status)

    def post(self, request, **kwargs):
        form, key = self.form(request.POST), key_in(request)
        group = self.group
        if not form.is_valid():
            return self.page(form, status=422, request_key=key)
        try:
            outcome = synthesis.draft(
                group,
                by=request.user,
                request_key=key,
                words=form.words(group.kind),
                says_raised=form.cleaned_data["says_raised"],
            )
        except workflow.AlreadyUsed as used:
            return self.page(form, status=409, used=used.current)
        except Overtaken as reason:
            current = StatementGroup.objects.select_related("outcome").filter(pk=group.pk).first()
            return self.page(form, status=409, error=str(reason), used=current.draft if current else None)
        made = f"Draft {outcome.get_kind_display().lower()} made of {statements_in_words(outcome.raised_by)}."
        messages.success(
            request, f"{made} It stands with the other drafts of {self.place}, to be checked and submitted."
        )
        if form.cleaned_data["says_raised"] and not outcome.says_raised:
            messages.warning(request, "The public page will not say how many raised it: that may not be said.")
        return self.to_board(group.kind)


class OutcomeOrigin(DeskMixin, TemplateView):
    """The statements that an outcome was made of, and whether the public is told how many raised it."""

    template_name = "outcomes/rounds/synthesis_origin.html"

    @cached_property
    def origin(self) -> Origin:
        """Where the outcome in the address comes from; Http404 when the round is somebody else's."""
        outcomes = Outcome.objects.there().select_related("event", "session__event", "session__parent")
        outcome = get_object_or_404(outcomes, code=self.kwargs["code"])
        origin = Origin.of(outcome, self.request.user)
        if origin is None:
            raise Http404
        return origin

    @cached_property
    def may_say(self) -> bool:
        """Whether this person decides what the public is told: rapporteurs while they hold the pen, staff longer."""
        return Outcome.objects.editable_by(self.request.user).filter(pk=self.origin.outcome.pk).exists()

    def get_context_data(self, **kwargs):
        origin = self.origin
        return super().get_context_data(**kwargs) | {
            "origin": origin,
            "outcome": origin.outcome,
            "place": Place.of(origin.outcome),
            "may_say": self.may_say,
            "against": synthesis.against_saying(origin.group, origin.outcome),
            "mine": Outcome.objects.reported_by(self.request.user).filter(pk=origin.outcome.pk).exists(),
        }

    def post(self, request, **kwargs):
        outcome = self.origin.outcome
        if not self.may_say:
            messages.warning(request, "The secretariat has it by now: ask there.")
            return redirect("outcomes:outcome-origin", outcome.code)
        says = request.POST.get("says_raised") == "yes"
        if reason := synthesis.say(outcome, says_raised=says):
            messages.warning(request, f"The public page does not say it. {reason}")
        elif says:
            said = f"{outcome.raised_by} of {outcome.raised_of}"
            messages.success(request, f"Once published, its page says that {said} contributions raised it.")
        else:
            messages.success(request, "Its page does not say how many raised it.")
        return redirect("outcomes:outcome-origin", outcome.code)


# What forms send and pages say


def seen_in(sent: str) -> tuple[uuid.UUID, str] | None:
    """Return the statement that a form names and where it was seen, or None for what no form of ours sends."""
    name, _, place = sent.partition(":")
    try:
        return uuid.UUID(name), place
    except ValueError:
        return None


def key_in(request) -> uuid.UUID:
    """Return the key of the form, by which a second post of it is known."""
    try:
        return uuid.UUID(request.POST.get("request_key", ""))
    except ValueError:
        return uuid.uuid4()  # no form of ours: no second post to fear


def statements_in_words(number: int) -> str:
    return "1 statement" if number == 1 else f"{number} statements"


def said_of(moved, to: str) -> str:
    """Say what was moved where."""
    what = statements_in_words(moved.number)
    if to == ASIDE:
        return f"{what} set aside."
    if to == TO_GO:
        return f"{what} taken out: still to go."
    if to == NEW:
        return f"“{moved.group}” made of {what}. Give it a name."
    words = f"{what} moved to “{Truncator(str(moved.group)).chars(60)}”."
    if moved.group.draft:
        words += " It is a draft already: count it again to include what is new."
    return words


def where_words(place: str, groups: dict[str, str]) -> str:
    """Say where a statement stands."""
    if place == ASIDE:
        return "set aside"
    return f"in “{groups.get(place, 'another group')}”" if place != TO_GO else "in no group"
