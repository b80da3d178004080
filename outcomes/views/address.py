"""Addresses written otherwise than ours."""

from django.urls import reverse
from django.views.generic import RedirectView


class AnyCase(RedirectView):
    """Leads to an outcome whose code was typed in capitals, whether or not there is one."""

    permanent = True
    http_method_names = ["get", "head"]

    def get_redirect_url(self, code):
        return reverse("outcomes:outcome-detail", args=[code.lower()])
