"""Comments of the secretariat on an outcome: to its rapporteurs, or notes for staff."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from outcomes import comments
from outcomes.admin.review import ReviewPage


@method_decorator(never_cache, name="dispatch")
class OutcomeCommenting(ReviewPage):
    """Add one; what cannot be stored is shown again with what was typed."""

    def get(self, request, pk):
        outcome = get_object_or_404(self.reviewable(), pk=pk)
        return HttpResponseRedirect(self.address("review", outcome.pk) + "#comments")

    def post(self, request, pk):
        outcome = get_object_or_404(self.reviewable().select_related("event", "author"), pk=pk)
        form = comments.StaffCommentForm(request.POST)
        if not form.is_valid():
            context = {"title": "The comment was not stored", "outcome": outcome, "comment_form": form}
            return self.page("comment.html", context | {"comments": outcome.comments.select_related("by")}, 422)
        said = form.cleaned_data
        for_staff = said["for_whom"] == "staff"
        comments.write(
            outcome, by=request.user, text=said["comment"], by_staff=True, for_staff=for_staff, key=said["key"]
        )
        messages.success(request, "Noted for staff." if for_staff else "Sent to the rapporteurs.")
        return HttpResponseRedirect(self.address("review", outcome.pk) + "#comments")
