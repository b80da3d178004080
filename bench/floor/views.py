from django.http import HttpResponse
from django.views.generic import ListView

from bench.floor.models import Item


class ItemList(ListView):
    """Twenty rows with three relations, two queries."""

    template_name = "floor/item_list.html"

    def get_queryset(self):
        return Item.objects.select_related("section", "author").prefetch_related("tags")[:20]


def ok(request):
    """The least that goes through the same middleware."""
    return HttpResponse("ok", content_type="text/plain")
