"""Steps that the tests of imports share."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from participants.models import Import


def address(source, name="preview"):
    return reverse(f"admin:participants_import_{name}", args=[source.pk])


def upload(client, kind, text, *, target=None, name="list.csv", **options):
    """Choose a file; return the answer and the import it made, if any."""
    start = reverse("admin:participants_import_start", args=[kind]) + (f"?target={target.pk}" if target else "")
    data = text if isinstance(text, bytes) else text.encode()
    answer = client.post(start, {"file": SimpleUploadedFile(name, data), **options})
    return answer, Import.objects.order_by("pk").last()


def correct(client, source, text, name="corrected.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    answer = client.post(address(source, "file"), {"file": SimpleUploadedFile(name, data)})
    source.refresh_from_db()
    return answer


def confirm_columns(client, source):
    """Take the columns as they were guessed."""
    form = client.get(address(source, "columns")).context["form"]
    answer = client.post(
        address(source, "columns"), {name: form[name].value() for name in form.fields} | {"do": "check"}
    )
    source.refresh_from_db()
    return answer


def preview(client, kind, text, **kwargs):
    """Bring a file as far as its preview; return the import."""
    answer, source = upload(client, kind, text, **kwargs)
    assert answer.status_code == 302, answer.context["form"].errors
    if source.state == Import.State.CHOSEN:
        confirm_columns(client, source)
    return source


def decide(client, source, do="apply", **fields):
    answer = client.post(address(source), {"do": do, "round": source.round, **fields})
    source.refresh_from_db()
    return answer


def states(source):
    """Return (line, state) of each row."""
    return list(source.rows.values_list("line", "state"))


def undo(client, source):
    answer = client.post(address(source, "undo"))
    source.refresh_from_db()
    return answer
