"""Notes or a document taken apart: proposals to accept one by one or all, each into a draft.

Nothing is stored between the steps: what is not yet accepted travels with the page's own form.
"""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.generic import TemplateView

from outcomes import proposals, workflow
from outcomes.forms import OutcomeForm, PasteForm
from outcomes.intake import IntakeError
from outcomes.models import TEXT_BUDGET, TEXT_LIMIT
from outcomes.views.desk.access import PlaceMixin


class DeskPaste(PlaceMixin, TemplateView):
    """Take notes or a document apart, then make drafts of what is accepted."""

    template_name = "outcomes/desk/paste.html"

    def get_context_data(self, **kwargs):
        limits = {"budget": TEXT_BUDGET, "limit": TEXT_LIMIT, "most": proposals.MOST}
        return super().get_context_data(**{"form": PasteForm()} | kwargs) | limits

    def post(self, request, **kwargs):
        """Read what was pasted, or accept and dismiss what is proposed."""
        if "step" in request.POST:
            return self.decide(request.POST)
        form = PasteForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.answer(status=422, form=form)
        try:
            found, left_out = proposals.read(form.cleaned_data, self.place)
        except IntakeError as error:
            form.add_error("document" if form.cleaned_data["document"] else "notes", str(error))
            return self.answer(status=422, form=form)
        if not found:
            form.add_error("notes", "There is nothing in it that could be a takeaway or an action.")
            return self.answer(status=422, form=form)
        return self.answer(offers=found, left_out=left_out)

    def decide(self, data):
        """Do with the proposals what the button said; those it did not name stay as they were typed."""
        offers = proposals.typed(data, self.place)
        accept, dismiss = data.get("accept", ""), data.get("dismiss", "")
        stay, errors, done = [], {}, {"takeaway": 0, "action": 0}
        for offer in offers:
            if offer.number == dismiss or dismiss == "all":
                continue
            if offer.number != accept and not (accept == "all" and offer.is_placed):
                stay.append(offer)
            elif problem := self.accept(offer):
                stay.append(offer)
                errors[offer.number] = problem
            else:
                done[offer.kind] += 1
        if said := " and ".join(
            f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in done.items() if number
        ):
            messages.success(self.request, f"{said} added. Not submitted yet.")
        if not any(offer.is_placed for offer in stay):
            return redirect(f"{self.place.url()}?added=yes")  # a script then forgets the proposals it kept
        return self.answer(status=422 if errors else 200, offers=[offer.with_problem(errors) for offer in stay])

    def accept(self, offer: proposals.Offer) -> str:
        """Make a draft of it; return what speaks against it, or nothing."""
        form = OutcomeForm({"kind": offer.kind, "text": offer.text, "heading": offer.heading})
        if not form.is_valid():
            return " ".join(message for errors in form.errors.values() for message in errors)
        try:
            workflow.create(self.place, by=self.request.user, request_key=offer.key, words=form.cleaned_data)
        except workflow.AlreadyUsed:
            return "You added this one before, with other words: change it in the list."
        except workflow.Outcome.DoesNotExist:
            return "You added this one before and deleted it: bring it back in the list."
        return ""

    def answer(self, *, status=200, **context):
        return self.render_to_response(self.get_context_data(**context), status=status)
