"""What a list of the admin can be narrowed by."""

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import FieldDoesNotExist


class Narrowed(admin.ModelAdmin):
    """An admin whose list is narrowed by its own filters alone.

    Django lets an address name any field of a row, those that are on no page included, and whoever sees the row could
    try out what stands in them: an e-mail address letter by letter, or who takes part in an event of somebody else.
    """

    narrowed_by: tuple[str, ...] = ()  # fields that links to the list name, beside its filters

    def lookup_allowed(self, lookup, value, request):
        """What names no field is let through as by Django: the list then says that it has no such filter."""
        try:
            self.opts.get_field(lookup.partition("__")[0])
        except FieldDoesNotExist:
            return super().lookup_allowed(lookup, value, request)
        offered: list = [*self.narrowed_by, *([self.date_hierarchy] if self.date_hierarchy else [])]
        for one in self.get_list_filter(request):
            if isinstance(one, type) and issubclass(one, SimpleListFilter):
                offered.append(one.parameter_name)
            else:
                offered.append(one[0] if isinstance(one, (list, tuple)) else one)
        named = any(lookup == name or lookup.startswith(f"{name}__") for name in offered)
        return named and super().lookup_allowed(lookup, value, request)
