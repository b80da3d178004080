"""What rapporteurs and the secretariat say to each other about an item."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from outcomes import comments
from outcomes.views.desk.access import OutcomeMixin


class OutcomeComment(OutcomeMixin, TemplateView):
    """Answer the secretariat, whoever holds the pen; what cannot be stored is shown again with what was typed."""

    http_method_names = ["post"]
    template_name = "outcomes/desk/comment.html"

    def post(self, request, **kwargs):
        form = comments.CommentForm(request.POST)
        if not form.is_valid():
            context = self.get_context_data(outcome=self.outcome) | thread(self.outcome) | {"comment_form": form}
            return self.render_to_response(context, status=422)
        said = form.cleaned_data
        comments.write(self.outcome, by=request.user, text=said["comment"], by_staff=False, key=said["key"])
        messages.success(request, "Your comment was sent to the secretariat.")
        return redirect(reverse("outcomes:desk-outcome", args=[self.outcome.code]) + "#comments")


def thread(outcome) -> dict:
    """Return what `outcomes/desk/thread.html` shows of `outcome`."""
    said = outcome.comments.for_rapporteurs().select_related("by") if outcome else []
    return {"comments": list(said), "comment_form": comments.CommentForm()}
