"""The pages of an import in the admin: choose a file, name its columns, read the preview, decide, apply, undo."""

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from participants.importing import columns, grid, run, tables
from participants.importing.container import Unreadable
from participants.importing.forms import ColumnsForm, ReadingForm, UploadForm
from participants.importing.kinds import Kind, kinds
from participants.models import Import, ImportRow
from participants.narrowing import Narrowed

PAGE = 50
MANY = 3000  # changes that a page can look through
SAMPLE = 6  # rows shown while columns are named
State, RowState = Import.State, ImportRow.State
TABS = ("doubt", "error", "new", "changed", "unchanged")


def start_address(kind: type[Kind], target=None) -> str:
    """Return where an import of this kind begins."""
    address = reverse("admin:participants_import_start", args=[kind.name])
    return f"{address}?target={target.pk}" if target is not None else address


def offers(user, target) -> list[dict]:
    """Return a link to each import that `user` may make into `target`, as `around` shows them."""
    found = []
    for kind in kinds().values():
        targets = kind.targets(user) if kind.is_open_to(user) else None
        if targets is not None and targets.model is type(target) and targets.filter(pk=target.pk).exists():
            label = f"Import {kind.label.lower()}"
            found.append({"label": label, "count": None, "address": start_address(kind, target)})
    return found


@admin.register(Import)
class ImportAdmin(Narrowed):
    """Imports are made and decided on their own pages; the list leads to them."""

    list_display = ["label", "file_name", "into", "state", "rows_read", "who", "made_at"]
    list_filter = ["state"]
    date_hierarchy = "made_at"
    show_full_result_count = False
    ordering = ["-made_at", "-pk"]
    change_list_template = "admin/participants/import/list.html"

    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(view)

        name = "participants_import"
        return [
            path("start/<slug:kind>/", page(self.start_view), name=f"{name}_start"),
            path("<int:pk>/file/", page(self.file_view), name=f"{name}_file"),
            path("<int:pk>/columns/", page(self.columns_view), name=f"{name}_columns"),
            path("<int:pk>/preview/", page(self.preview_view), name=f"{name}_preview"),
            path("<int:pk>/undo/", page(self.undo_view), name=f"{name}_undo"),
            path("<int:pk>/discard/", page(self.discard_view), name=f"{name}_discard"),
            *super().get_urls(),
        ]

    # The list

    def get_queryset(self, request):
        return super().get_queryset(request).editable_by(request.user).select_related("by").defer("content")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        portal = [
            kind for kind in kinds().values() if kind.is_open_to(request.user) and kind.targets(request.user) is None
        ]
        starts = [{"label": kind.label, "address": start_address(kind)} for kind in portal]
        return super().changelist_view(request, {"title": "Imports", "starts": starts} | (extra_context or {}))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        source = self.get_object(request, object_id)
        if source is None:
            raise Http404
        return HttpResponseRedirect(self.address(source))

    @admin.display(description="what", ordering="kind")
    def label(self, obj):
        return obj.label

    @admin.display(description="into", ordering="target_name")
    def into(self, obj):
        return obj.target_name or "The portal"

    @admin.display(description="rows")
    def rows_read(self, obj):
        return obj.total or "–"

    @admin.display(description="by", ordering="by__name")
    def who(self, obj):
        return obj.by.name or f"Account {obj.by_id}, without a name" if obj.by else "–"

    # One import

    def address(self, source: Import, name: str = "") -> str:
        name = name or ("columns" if source.state == State.CHOSEN and source.kind_class.fields else "preview")
        return reverse(f"admin:participants_import_{name}", args=[source.pk])

    def find(self, request, pk: int) -> tuple[Import, Kind]:
        """Return the import and its kind for who asks; 404 where it is not theirs."""
        source = self.get_queryset(request).select_related("applied_by").filter(pk=pk).first()
        if source is None:
            raise Http404
        try:
            return source, run.kind_of(source, request.user)
        except Unreadable:
            raise Http404 from None

    def answer(self, request, template: str, source: Import | None, kind, *, title: str, status=200, **context):
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "source": source,
            "kind": kind,
            "target": kind.target,
            "back": kind.back(kind.target),
            **context,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"admin/participants/import/{template}.html", context, status=status)

    def start_view(self, request, kind: str) -> HttpResponse:
        """Choose a file."""
        kind_class = kinds().get(kind)
        if kind_class is None:
            raise Http404
        if not kind_class.is_open_to(request.user):
            raise PermissionDenied
        source = Import(kind=kind, by=request.user)
        if kind_class.targets(request.user) is not None:
            key = request.GET.get("target", "")
            if not (key.isascii() and key.isdigit() and len(key) < 18):
                raise Http404
            source.target = int(key)
        try:
            ready = run.kind_of(source, request.user)
        except Unreadable:
            raise Http404 from None
        source.target_name = str(ready.target or "")[:500]
        return self.upload(request, source, ready)

    def file_view(self, request, pk: int) -> HttpResponse:
        """Choose the corrected file: the import stays the same, and so does what its columns were said to be."""
        source, kind = self.find(request, pk)
        if source.state not in Import.OPEN:
            return HttpResponseRedirect(self.address(source))
        return self.upload(request, source, kind)

    def upload(self, request, source: Import, kind: Kind) -> HttpResponse:
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*posted, kind=type(kind), target=kind.target)
        if request.method == "POST" and form.is_valid():
            before = self.labels(source)
            source.content, source.file_name = form.cleaned_data["file"].read(), form.file_name
            source.options = form.chosen_options
            kind.options = source.options
            try:
                return self.chosen(request, source, kind, before)
            except Unreadable as error:
                form.add_error("file", str(error))
        title = f"Import {kind.label.lower()}" if source.pk is None else "Choose the corrected file"
        status = 422 if request.method == "POST" else 200
        return self.answer(request, "file", source if source.pk else None, kind, title=title, form=form, status=status)

    def labels(self, source: Import) -> list[str]:
        """Return the labels of the columns of the file it has; nothing where it has none that is a table."""
        if not source.content or not source.kind_class.fields:
            return []
        try:
            table = run.read_table(source, run.AT_ONCE)
        except Unreadable:
            return []
        return [columns.normal(label) for label in self.split(table)[0]]

    def split(self, table: grid.Table):
        return columns.split(table, table.guess.header_line, table.guess.header_rows)

    def chosen(self, request, source: Import, kind: Kind, before: list[str]) -> HttpResponse:
        """Store the file and go on: to its columns, or straight to the preview where they are the same as before."""
        no_table = kind.records(bytes(source.content), source.file_name) is not None
        labels: list[str] = []
        if not no_table:
            tables.check_readable(bytes(source.content))
            labels = self.labels(source)  # read as the file before it was
            if not before or labels != before:
                source.reading = {}
                table = run.read_table(source, run.AT_ONCE)
                labels = [columns.normal(label) for label in self.split(table)[0]]
        same = no_table or (bool(source.mapping) and labels == before)
        if not self.store(source):
            return HttpResponseRedirect(self.address(source))
        if same:
            run.start_check(source, by=request.user)
        elif source.state == State.PREVIEW:
            source.move(State.PREVIEW, State.CHOSEN)
        return HttpResponseRedirect(self.address(source))

    def store(self, source: Import) -> bool:
        """Keep the file; return whether it could be: another tab may have applied the one before."""
        source.changed_at = timezone.now()
        if source._state.adding:
            source.save()
            return True
        names = ("content", "file_name", "options", "reading", "changed_at")
        fresh = {name: getattr(source, name) for name in names}
        stored = Import.objects.filter(pk=source.pk, state__in=Import.OPEN).update(**fresh)
        source.refresh_from_db(fields=["state"])
        return bool(stored)

    def columns_view(self, request, pk: int) -> HttpResponse:
        """Say how the file is read and which column is what."""
        source, kind = self.find(request, pk)
        if source.state not in Import.OPEN or not kind.fields:
            return HttpResponseRedirect(self.address(source))
        problem, status = source.notice if source.state == State.CHOSEN else "", 200
        reading = None
        if request.method == "POST" and request.POST.get("do") == "read":
            reading = ReadingForm(request.POST, table=run.read_table(source, run.AT_ONCE))
            if reading.is_valid():
                before, source.reading = source.reading, reading.reading
                try:
                    run.read_table(source, run.AT_ONCE)
                except Unreadable as error:
                    source.reading, problem, status = before, str(error), 422
                else:
                    Import.objects.filter(pk=pk).update(reading=source.reading, notice="", changed_at=timezone.now())
                    return HttpResponseRedirect(self.address(source, "columns"))
            else:
                status = 422
        try:
            table = run.read_table(source, run.AT_ONCE)
        except Unreadable as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.address(source, "file"))
        labels, body = self.split(table)
        mapping = {int(at): name for at, name in source.mapping.items()}
        if len(labels) <= max(mapping, default=-1) or not mapping:
            mapping = columns.guess_mapping(labels, kind.fields, run.remembered(kind))
        posted = request.method == "POST" and request.POST.get("do") != "read"
        form = ColumnsForm(request.POST if posted else None, kind=type(kind), labels=labels, mapping=mapping)
        if posted and form.is_valid():
            source.mapping, source.reading = form.mapping, source.reading | self.as_read(table)
            with transaction.atomic():
                Import.objects.filter(pk=pk).update(mapping=source.mapping, reading=source.reading)
                run.remember(source, kind, labels)
            try:
                run.start_check(source, by=request.user)
            except Unreadable as error:
                problem, status = str(error), 422
            else:
                return HttpResponseRedirect(self.address(source, "preview"))
        elif posted:
            status = 422
        above = [
            (row.line, next(filter(None, row.cells), "")) for row in table.rows if row.line < table.guess.header_line
        ][:5]
        samples = [[row.cells[at] if at < len(row.cells) else "" for row in body[:SAMPLE]] for at in range(len(labels))]
        return self.answer(
            request,
            "columns",
            source,
            kind,
            title=f"Which column is what? {source.file_name}",
            status=status,
            problem=problem,
            form=form,
            reading=reading or ReadingForm(table=table),
            columns=[
                {"field": form[f"column-{at}"], "samples": [text for text in samples[at] if text][:3]}
                for at in range(len(labels))
            ],
            above=above,
            encoding=tables.ENCODINGS.get(table.guess.encoding, ""),
        )

    def as_read(self, table: grid.Table) -> dict:
        """What was guessed is held from here on: the corrected file is guessed anew."""
        return {
            name: getattr(table.guess, name) for name in grid.Guess.__dataclass_fields__ if getattr(table.guess, name)
        }

    def preview_view(self, request, pk: int) -> HttpResponse:
        """What each row would do; on POST what was decided, and what to do with all of it."""
        source, kind = self.find(request, pk)
        if source.state == State.CHOSEN and kind.fields:
            return HttpResponseRedirect(self.address(source, "columns"))
        if request.method == "POST":
            return self.decide(request, source, kind)
        if source.is_busy:
            return self.answer(request, "progress", source, kind, title=f"{source.get_state_display()}: {source}")
        counts = {name: source.counts.get(name, 0) for name in TABS}
        tab = request.GET.get("state", "")
        if tab not in (*TABS, "missing", "all"):
            tab = next((name for name in TABS if counts[name]), "all")
        rows = source.rows.all() if tab == "all" else source.rows.filter(state=tab)
        number = request.GET.get("page", "")
        page = Paginator(rows, PAGE).get_page(number if number.isascii() else 1)
        open_rows = source.decisions_open if source.state == State.PREVIEW else 0
        return self.answer(
            request,
            "preview",
            source,
            kind,
            title=str(source),
            tab=tab,
            tabs=[
                ("all", "All", sum(counts.values())),
                *((name, RowState(name).label, counts[name]) for name in TABS if counts[name]),
                *([("missing", "Not in the file", len(source.missing))] if source.missing else []),
            ],
            page=page,
            open_rows=open_rows,
            to_write=self.to_write(source) if source.state == State.PREVIEW else 0,
            decides=source.state == State.PREVIEW and tab not in ("unchanged", "missing"),
        )

    def to_write(self, source: Import) -> int:
        """How many rows applying would write."""
        skipped = source.rows.filter(decision=ImportRow.SKIP)
        plain = source.rows.filter(state__in=[RowState.NEW, RowState.CHANGED]).exclude(pk__in=skipped.values("pk"))
        return plain.count() + source.rows.filter(state=RowState.DOUBT).exclude(decision__in=["", "skip"]).count()

    def decide(self, request, source: Import, kind: Kind) -> HttpResponse:
        """Store what was decided on the page, then do what its button said."""
        here = HttpResponseRedirect(request.get_full_path())
        do = request.POST.get("do", "")
        if do == "again" and source.is_busy:
            run.start_again(source, by=request.user)
            return here
        if source.state != State.PREVIEW:
            return here  # a second click: the page says how far it is
        if request.POST.get("round") != str(source.round):
            messages.warning(request, "The preview has been made anew since this page was opened. Read it again.")
            return here
        self.keep_decisions(request, source)
        if do == "all":
            self.decide_all(request, source)
        elif do == "compare":
            try:
                run.start_check(source, by=request.user)
            except Unreadable as error:
                messages.error(request, str(error))
        elif do == "apply":
            if number := source.decisions_open:
                messages.error(
                    request,
                    f"{number} {'row is' if number == 1 else 'rows are'} still to be decided: leave them out, or say "
                    "what they are.",
                )
            elif run.start_applying(source, by=request.user):
                self.say_applied(request, source, kind)
                return HttpResponseRedirect(self.address(source, "preview"))
        else:
            messages.success(request, "Your decisions are kept.")
        return here

    def keep_decisions(self, request, source: Import) -> None:
        posted = {
            int(name.removeprefix("row-")): value
            for name, value in request.POST.items()
            if name.startswith("row-") and name[4:].isascii() and name[4:].isdigit() and len(name) < 22
        }
        changed = []
        for row in source.rows.filter(pk__in=posted):
            decision = posted[row.pk]
            allowed = {key for key, _ in row.choices} if row.state in ImportRow.NEEDS_DECISION else {"", "skip"}
            if decision in allowed and decision != row.decision:
                row.decision = decision
                changed.append(row)
        ImportRow.objects.bulk_update(changed, ["decision"])

    def decide_all(self, request, source: Import) -> None:
        """Decide alike about all rows that are still open."""
        what = request.POST.get("what", "")
        left = source.rows.filter(state__in=ImportRow.NEEDS_DECISION, decision="")
        if what == "skip":
            number = left.update(decision=ImportRow.SKIP)
        elif what == "skip_errors":
            number = left.filter(state=RowState.ERROR).update(decision=ImportRow.SKIP)
        elif what == "new":
            number = left.filter(state=RowState.DOUBT, may_be_new=True).update(decision=ImportRow.ADD)
        elif what == "suggested":
            sure = [row for row in left.filter(state=RowState.DOUBT) if len(row.candidates) == 1]
            for row in sure:
                row.decision = row.candidates[0][0]
            number = ImportRow.objects.bulk_update(sure, ["decision"], batch_size=500)
        else:
            messages.error(request, "Say what to do with all of them.")
            return
        messages.success(request, f"Decided: {number}.")

    def say_applied(self, request, source: Import, kind: Kind) -> None:
        source.refresh_from_db()
        if source.state == State.APPLIED:
            messages.success(request, "Applied. You can undo it as long as nothing of it is changed.")
        elif source.state == State.PREVIEW and source.notice:
            messages.warning(request, "Nothing was applied: see below.")

    def undo_view(self, request, pk: int) -> HttpResponse:
        """Ask, and on POST take everything back."""
        source, kind = self.find(request, pk)
        if source.state != State.APPLIED:
            return HttpResponseRedirect(self.address(source))
        if request.method == "POST" and not source.forgotten_at:
            if run.start_undoing(source, by=request.user):
                source.refresh_from_db()
                if source.state == State.UNDONE:
                    messages.success(request, "Undone: everything is as it was before.")
            return HttpResponseRedirect(self.address(source, "preview"))
        against = ["What it made and changed is no longer known."] if source.forgotten_at else []
        if not against and source.changes.count() <= MANY:  # more are looked at once, by the worker
            against = run.ledger.against_undoing(source)
        return self.answer(
            request,
            "undo",
            source,
            kind,
            title=f"Undo: {source}",
            against=against,
            made=self.numbers(source, is_new=True),
            changed=self.numbers(source, is_new=False),
        )

    def numbers(self, source: Import, *, is_new: bool) -> list[str]:
        """Return how many records of each model it made, or changed: “3 people”."""
        rows = source.changes.filter(is_new=is_new).order_by().values_list("model")
        found = []
        for label, number in rows.annotate(number=Count("record", distinct=True)).order_by("model"):
            opts = apps.get_model(label)._meta
            found.append(f"{number} {opts.verbose_name if number == 1 else opts.verbose_name_plural}")
        return found

    def discard_view(self, request, pk: int) -> HttpResponse:
        """Throw away a file that is not to be applied, at once."""
        source, kind = self.find(request, pk)
        if request.method != "POST" or source.state not in Import.OPEN:
            return HttpResponseRedirect(self.address(source))
        if source.move(Import.OPEN, State.DISCARDED):
            source.forget()
            messages.success(request, "The file and its rows are deleted. Nothing was changed.")
        return HttpResponseRedirect(kind.back(kind.target))
