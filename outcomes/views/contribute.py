"""What people in the room see of a closing round: no account, no session, nothing kept that tells who they are.

The phone is known by a random mark that it keeps itself, in a cookie of this address alone and in the form; the
database has its SHA-256. Neither the mark nor the id of an entry is ever in an address, so no line of a log names one.
"""

import re
import secrets

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from events.codes import read_code
from events.deadline import clock
from outcomes.models import Contribution, NotOpen, OtherWords, Round, RoundFull
from outcomes.round_forms import ContributionForm
from participants.text import normalise

State = Round.State
CODE = re.compile(r"[a-z2-7]{8}")
MARK = re.compile(r"[\w-]{43}", re.ASCII)
COOKIE_AGE = 7 * 24 * 3600  # seconds
IN_PLACE = "X-In-Place"  # static/js/round.js puts the answer into the page that it has
BUSY = "30"  # seconds to wait when the database is away


def cookie_name() -> str:
    """The name of the cookie that keeps a phone's mark; browsers take the prefix over HTTPS alone."""
    return "__Secure-round" if settings.SESSION_COOKIE_SECURE else "round"


@method_decorator([cache_control(private=True, no_store=True), sensitive_post_parameters()], name="dispatch")
class Contribute(View):
    """Offer one takeaway and one action, and change them until the round closes."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request, *args, code, **kwargs):
        tidy = read_code(code)
        if not CODE.fullmatch(tidy):
            return wrong_code(request)
        if tidy != code and request.method != "POST":
            return redirect("outcomes:round", tidy, permanent=True)
        try:
            self.round = Round.objects.answerable().filter(code=tidy).order_by().first()
            return super().dispatch(request) if self.round else wrong_code(request)
        except (OperationalError, InterfaceError):
            if request.method != "POST":
                raise
            response = again(request, "busy", status=503)
            response.headers["Retry-After"] = BUSY
            return response

    @staticmethod
    def csrf_failure(request):
        """Answer a post without a token, or with an old one: the words come back in a form that has a new one."""
        return again(request, "cookie", status=403)

    def mark(self) -> str:
        """The mark of this phone: from its cookie, else from the form it sends, else a new one."""
        for kept in (self.request.COOKIES.get(cookie_name()), self.request.POST.get("mark")):
            if kept and MARK.fullmatch(kept):
                return kept
        return secrets.token_urlsafe(32)

    def get(self, request):
        mark = self.mark()
        entry = self.round.contribution_of(mark)
        if self.round.state != State.OPEN:
            return self.shut(entry)
        return self.show(ContributionForm(initial=words_of(entry), round_=self.round), mark=mark, entry=entry)

    def post(self, request):
        """Store what came, once; whatever refuses it gives the words back."""
        form, mark = ContributionForm(request.POST, round_=self.round), self.mark()
        if not form.is_valid():
            entry = self.round.contribution_of(mark)
            if self.round.state != State.OPEN:
                return self.shut(entry, status=409)
            return self.show(form, mark=mark, entry=entry, version=self.version(), status=422)
        try:
            entry = self.round.contribute(mark=mark, version=self.version(), **form.cleaned_data)
        except NotOpen:
            self.round.refresh_from_db(fields=["opens_at", "closes_at", "purged_at"])
            return self.shut(self.round.contribution_of(mark), status=409)
        except RoundFull:
            return self.show(form, mark=mark, entry=None, version=0, is_full=True, status=409)
        except OtherWords as other:
            return self.show(form, mark=mark, entry=other.current, is_stale=True, status=409)
        if IN_PLACE in request.headers:  # a room that sends at once spares us the second request of each phone
            return self.show(ContributionForm(initial=words_of(entry), round_=self.round), mark=mark, entry=entry)
        return self.keep(redirect("outcomes:round", self.round.code), mark)

    def version(self) -> int:
        """The version of the entry that the form was made from."""
        sent = self.request.POST.get("version", "")
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0

    def show(self, form, *, mark: str, entry: Contribution | None, status=200, **context):
        """Answer with the form."""
        context = {"version": entry.version if entry else 0} | context
        context |= {"form": form, "mark": mark, "entry": entry, "closes": self.words(self.round.closes_at)}
        page = render(self.request, "outcomes/rounds/contribute.html", self.context(context), status=status)
        return self.keep(page, mark)

    def shut(self, entry: Contribution | None, *, status=200):
        """Answer that nothing is taken: not yet, or no longer; with what this phone has offered, and what it sent."""
        state = self.round.state
        context = {
            "entry": entry if state == State.CLOSED else None,
            "opens": self.words(self.round.opens_at) if state == State.WAITING else "",
            "typed": typed(self.request, self.round),
        }
        return render(self.request, "outcomes/rounds/shut.html", self.context(context), status=status)

    def context(self, context: dict) -> dict:
        return {"round": self.round, "place": self.round.public_place} | context

    def words(self, moment) -> str:
        """Day and time by the clock of the place of the event."""
        if moment is None:
            return ""
        there = timezone.localtime(moment, self.round.event.zone)
        return f"{date_format(there, 'j F Y, H:i')}, {clock(there, self.round.event.time_zone)}"

    def keep(self, response, mark: str):
        """Let the phone keep its mark, for this address alone."""
        response.set_cookie(
            cookie_name(),
            mark,
            max_age=COOKIE_AGE,
            path=reverse("outcomes:round", args=[self.round.code]),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response


class FindRound(View):
    """Take a code that somebody types, and lead to its round, whether or not there is one."""

    http_method_names = ["get", "head"]

    def get(self, request):
        typed_code = read_code(request.GET.get("code", ""))
        if CODE.fullmatch(typed_code):
            return redirect("outcomes:round", typed_code)
        response = wrong_code(request, asked="code" in request.GET, status=404 if "code" in request.GET else 200)
        response.headers["Cache-Control"] = "private, no-store"
        return response


def wrong_code(request, *, asked: bool = True, status: int = 404):
    """Answer the same whether there never was such a code or its dialogue is gone."""
    return render(request, "outcomes/rounds/wrong_code.html", {"asked": asked}, status=status)


def again(request, reason: str, *, status: int):
    """Answer a post that could not be looked at, without the database: its words in a form to send once more.

    `reason` is "cookie" or "busy".
    """
    sent = request.POST
    context = {name: sent.get(name, "") for name in ("takeaway", "action", "actor_type", "mark", "version")}
    context |= {"reason": reason}
    return render(request, "outcomes/rounds/again.html", context, status=status)


def typed(request, round_: Round) -> list[tuple[str, str]]:
    """The words that came with a post, as (question, words)."""
    prompts = {"takeaway": round_.takeaway_prompt, "action": round_.action_prompt}
    return [(prompt, words) for name, prompt in prompts.items() if (words := normalise(request.POST.get(name, "")))]


def words_of(entry: Contribution | None) -> dict:
    """What the form shows of an entry."""
    if entry is None:
        return {}
    return {"takeaway": entry.takeaway, "action": entry.action, "actor_type": entry.actor_type}
