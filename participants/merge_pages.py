"""Likely duplicates and the merging of two of them, in the admin; for Administrators, since it touches every event."""

from itertools import batched
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from participants import merging
from participants.matching import likely_pairs
from participants.models import Distinction, Merge, Organisation, Person
from participants.narrowing import Narrowed

PAGE = 50
SHOWN = 8  # rows that point at each of the two

# What may be chosen from either, in the order of the form; what goes together is chosen together.
CHOSEN: dict[Any, list[tuple[str, ...]]] = {
    Person: [("name",), ("sort_name",), ("honorific",), ("email",)],
    Organisation: [
        *(("name",), ("short_name",), ("actor_type",), ("country",), ("website",)),
        *(("logo", "logo_alt"), ("report_disclaimer",)),
    ],
}


def key(value) -> int:
    """Return a key that an address or a form names; 404 where it names none."""
    value = str(value)
    if not (value.isascii() and value.isdigit() and len(value) < 18):
        raise Http404
    return int(value)


class Merges(admin.ModelAdmin):
    """An admin whose rows may turn out to be the same: a page of likely duplicates, and one that merges two."""

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("duplicates/", wrap(self.duplicates_view), name=f"{name}_duplicates"),
            path("merge/", wrap(self.merge_view), name=f"{name}_merge"),
            *super().get_urls(),
        ]

    def has_merge_permission(self, request) -> bool:
        return request.user.is_administrator

    def address(self, page: str, *args, **query) -> str:
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)
        return f"{address}?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else address

    @admin.action(description="Merge the two selected …", permissions=["merge"])
    def merge_selected(self, request, queryset):
        keys = sorted(queryset.values_list("pk", flat=True)[:3])
        if len(keys) != 2:
            self.message_user(request, "Select exactly two that are the same.", messages.WARNING)
            return None
        return HttpResponseRedirect(self.address("merge", first=keys[0], second=keys[1]))

    def changelist_view(self, request, extra_context=None):
        extra = extra_context or {}
        tools = [("Likely duplicates", self.address("duplicates"))] if self.has_merge_permission(request) else []
        return super().changelist_view(request, extra | {"tools": [*tools, *extra.get("tools", [])]})

    def duplicates_view(self, request) -> HttpResponse:
        """List pairs that may be the same; on POST note that two are not."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            first, second = sorted(key(request.POST.get(name, "")) for name in ("first", "second"))
            if first == second or self.model._default_manager.filter(pk__in=[first, second]).count() != 2:
                raise Http404
            Distinction.objects.get_or_create(
                of=self.opts.model_name, first=first, second=second, defaults={"by": request.user}
            )
            self.message_user(request, "Noted: these two are not the same. They are not offered again.")
            return HttpResponseRedirect(self.address("duplicates"))
        pairs = likely_pairs(self.model)
        pages = [list(page) for page in batched(pairs, PAGE)] or [[]]
        number = request.GET.get("page", "1")
        at = min(int(number), len(pages)) if number.isascii() and number.isdigit() and len(number) < 6 else 1
        shown = pages[max(at, 1) - 1]
        context = {
            "title": f"Likely duplicates among {self.opts.verbose_name_plural}",
            "pairs": [(pair, self.address("merge", first=pair.first.pk, second=pair.second.pk)) for pair in shown],
            "how_many": len(pairs),
            "pages": [(page, page == max(at, 1)) for page in range(1, len(pages) + 1)],
        }
        return self._page(request, "admin/participants/duplicates.html", context)

    def merge_view(self, request) -> HttpResponse:
        """Show what two rows say and what points at them; on POST make them one."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        asked = request.POST if request.method == "POST" else request.GET
        keys = [key(asked.get(name, "")) for name in ("first", "second")]
        found = {row.pk: row for row in self.model._default_manager.filter(pk__in=keys)}
        if len(found) != 2:
            raise Http404
        rows = [found[pk] for pk in keys]
        error = ""
        if request.method == "POST":
            if any(request.POST.get(f"print-{row.pk}") != merging.fingerprint(row) for row in rows):
                error = "Somebody changed one of the two since you opened this page. Look at them again."
            elif request.POST.get("kept") not in {str(pk) for pk in keys}:
                error = "Choose which of the two stays."
            else:
                try:
                    return self._merged(request, rows)
                except merging.CannotMerge as refused:
                    error = " ".join(refused.messages)
        has = list(self._has(rows))
        likelier = self._likelier(rows, has)
        context = {
            "title": f"Merge two {self.opts.verbose_name_plural}",
            "rows": rows,
            "fields": self._fields(rows, likelier, request.POST),
            "has": has,
            "meeting": self._meeting(rows),
            "prints": [(row.pk, merging.fingerprint(row)) for row in rows],
            "kept": request.POST.get("kept") or str(likelier),
            "why_not": merging.against(*rows),
            "error": error,
        }
        return self._page(request, "admin/participants/merge.html", context, status=422 if error else 200)

    def _merged(self, request, rows) -> HttpResponse:
        kept, lost = sorted(rows, key=lambda row: str(row.pk) != request.POST["kept"])
        values: dict[str, Any] = {}
        for names in CHOSEN[self.model]:
            if request.POST.get(names[0]) == str(lost.pk):
                values |= {name: getattr(lost, name) for name in names}
        merge = merging.merge(kept, lost, by=request.user, values=values)
        self.log_change(request, kept, f"Merged with number {merge.lost}.")
        where = reverse("admin:participants_merge_change", args=[merge.pk])
        done = format_html('The two are one now. <a href="{}">What moved, and how to undo it</a>', where)
        self.message_user(request, done)
        return HttpResponseRedirect(self.address("change", kept.pk))

    def _fields(self, rows, likelier: int, posted) -> list[dict]:
        """What the two say: which fields they differ in, with what is chosen; the survivor's unless it is empty."""
        found = []
        for names in CHOSEN[self.model]:
            said = [[self._said(row, name) for name in names] for row in rows]
            full = [row.pk for row, words in zip(rows, said, strict=True) if words[0]]
            chosen = posted.get(names[0]) or str(likelier if likelier in full or not full else full[0])
            found.append(
                {
                    "name": names[0],
                    "label": self.model._meta.get_field(names[0]).verbose_name,
                    "same": said[0] == said[1],
                    "sides": [
                        (row.pk, " · ".join(filter(None, words)), str(row.pk) == chosen)
                        for row, words in zip(rows, said, strict=True)
                    ],
                }
            )
        return found

    def _said(self, row, name: str) -> str:
        shown = getattr(row, f"get_{name}_display", None)
        value = shown() if shown else getattr(row, name)
        return str(getattr(value, "name", value) or "")

    def _likelier(self, rows, has) -> int:
        """Return the one that is offered to stay: with an account, else the one that more points at, else the older."""
        points = [sum(sides[index]["number"] for _, *sides in has) for index in (0, 1)]
        weights = [
            (getattr(row, "user_id", None) is not None, number, -row.pk)
            for row, number in zip(rows, points, strict=True)
        ]
        return rows[weights.index(max(weights))].pk

    def _has(self, rows):
        """Yield what each kind of row that points at the two is called, and of either how many and the first few."""
        for relation in merging.relations_to(self.model):
            if not relation.says:
                continue
            sides = []
            for row in rows:
                few = relation.of(row).values_list(*relation.says)[:SHOWN]
                words = [Truncator(" · ".join(str(said) for said in line if said)).words(24) for line in few]
                number = relation.of(row).count() if len(words) == SHOWN else len(words)
                sides.append({"number": number, "few": words, "more": number - len(words)})
            if any(side["number"] for side in sides):
                yield relation.model._meta.verbose_name_plural, *sides

    def _meeting(self, rows) -> list[str]:
        """Say of which rows there would be two: they become one as well."""
        found = []
        for relation in merging.relations_to(self.model):
            if relation.alike and relation.says:
                first, second = ({relation.likeness(row): row for row in relation.of(one)} for one in rows)
                both = [row.pk for likeness, row in first.items() if likeness in second]
                called = relation.model._meta.verbose_name
                lines = relation.model._base_manager.filter(pk__in=both[:SHOWN]).values_list(
                    relation.says[0], flat=True
                )
                found += [f"{called}: {Truncator(str(said)).words(24)}" for said in lines]
        return found

    def _page(self, request, template: str, context: dict, status: int = 200) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, context, status=status)


@admin.register(Merge)
class MergeAdmin(Narrowed):
    """What was merged, and the way back."""

    list_display = ["__str__", "of", "merged_at", "merged_by", "undone_at"]
    list_filter = ["of", "merged_at"]
    list_select_related = ["merged_by"]
    search_fields = ["kept_name", "lost_name"]
    fields = ["of", "kept_name", "lost_name", "moved", "merged_at", "merged_by", "undone_at", "undone_by"]
    readonly_fields = ["moved"]
    show_full_result_count = False
    change_form_template = "admin/participants/merge_record.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", view, name="participants_merge_undo"), *super().get_urls()]

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.defer("journal") if request.resolver_match.url_name.endswith("_changelist") else rows

    @admin.display(description="what moved")
    def moved(self, obj):
        numbers: dict[str, int] = {}
        for kind, label, *_ in obj.journal[:-1]:
            called = apps.get_model(label)._meta.verbose_name_plural
            name = f"{called} became part of another" if kind == "delete" else f"{called} changed"
            numbers[name] = numbers.get(name, 0) + 1
        return ", ".join(f"{number} {name}" for name, number in numbers.items()) or "Deleted after 180 days."

    def change_view(self, request, object_id, form_url="", extra_context=None):
        merge = self.get_object(request, object_id)
        extra = {"why_not": merging.against_undoing(merge), "may": request.user.is_administrator} if merge else {}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))

    def undo_view(self, request, pk: int) -> HttpResponse:
        """Ask, and on POST take the two apart again."""
        merge = get_object_or_404(Merge, pk=pk)
        if not request.user.is_administrator:
            raise PermissionDenied
        error, status = merging.against_undoing(merge), 200
        if request.method == "POST":
            try:
                merging.undo(merge, by=request.user)
            except merging.CannotMerge as refused:
                error, status = " ".join(refused.messages), 409
            else:
                self.log_change(request, merge, "Undone.")
                self.message_user(request, "Undone: both are as they were before.")
                return HttpResponseRedirect(reverse("admin:participants_merge_change", args=[pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Undo: {merge}",
            "opts": self.opts,
            "original": merge,
            "back": reverse("admin:participants_merge_change", args=[pk]),
            "question": "The one that was lost comes back, and everything that moved points at it again, as it was.",
            "button": "Undo the merge",
            "error": error,
            "allowed": not error,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/confirm.html", context, status=status)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
