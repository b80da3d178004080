"""What runs inside Django for `make bench-admin`: `python -m bench.admin_inside fill PART` or `measure ROUNDS`."""

import io
import json
import os
import platform
import re
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib import admin  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: E402
from django.urls import URLPattern, URLResolver, reverse  # noqa: E402
from django.urls.exceptions import NoReverseMatch  # noqa: E402

from bench.forum import fill, largest  # noqa: E402
from bench.pages import Recorder, database, machine  # noqa: E402
from events.models import Event  # noqa: E402
from participants.models import Import, Organisation, Person, User  # noqa: E402

LEFT_OUT = {"logout", "login", "jsi18n", "view_on_site", "password_change", "password_change_done"}
SLOW = 60.0  # seconds after which a page is not asked for again


def routes(patterns=None) -> Iterator[URLPattern]:
    """Yield every pattern of the admin."""
    for pattern in admin.site.urls[0] if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def addresses() -> Iterator[tuple[str, str]]:
    """Yield (what, address) of every page that a name leads to, with a row of the forum where one is needed."""
    event = largest(Event)
    models = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in apps.get_models()}
    narrowed = {"events_session", "events_participation", "events_role", "outcomes_outcome", "outcomes_action"}
    for pattern in routes():
        name = pattern.name or ""
        if not name or name in LEFT_OUT:
            continue
        of = next((models[key] for key in sorted(models, key=len, reverse=True) if name.startswith(f"{key}_")), None)
        needs = list(pattern.pattern.converters) or list(re.compile(str(pattern.pattern)).groupindex)
        try:
            if not needs:
                address = reverse(f"admin:{name}")
            elif needs == ["app_label"]:
                address = reverse(f"admin:{name}", kwargs={"app_label": "events"})
            elif len(needs) == 1 and of is not None and (row := largest(of)) is not None:
                address = reverse(f"admin:{name}", args=[row.pk])
            else:
                continue
        except NoReverseMatch:
            continue
        label = name.replace("_", " ")
        yield label, address + query(name)
        if name.endswith("_changelist") and name.removesuffix("_changelist") in narrowed:
            yield f"{label}, of the forum", f"{address}?event={event.pk}"
        if name.endswith("_changelist") and name.split("_")[1] in ("person", "organisation", "event", "outcome"):
            yield f"{label}, searched", f"{address}?q=made"
    for field, of in (("person", Person), ("organisation", Organisation)):
        asked = f"app_label=events&model_name=participation&field_name={field}&term={largest(of).name[:3]}"
        yield f"autocomplete of {field}", f"{reverse('admin:autocomplete')}?{asked}"
    start = reverse("admin:participants_import_start", args=["participants"])
    yield "import of participants, start", f"{start}?target={event.pk}"


def query(name: str) -> str:
    """Return what an address needs beside its path."""
    of = {"participants_person_merge": Person, "participants_organisation_merge": Organisation}.get(name)
    if of is not None:
        first, second = of._default_manager.order_by("pk").values_list("pk", flat=True)[:2]
        return f"?first={first}&second={second}"
    return ""


def client_of(email: str) -> Client:
    """Return the browser of an account, signed in."""
    settings.REQUIRE_SECOND_FACTOR = False  # what it costs is a look into the session
    client = Client(SERVER_NAME=urlsplit(settings.SITE_URL).hostname)
    client.force_login(User.objects.get(email=email))
    return client


def an_import(client: Client) -> None:
    """Bring a list of 250 people as far as its preview; longer ones are checked by the worker."""
    event = largest(Event)
    lines = "".join(f"New{at} Person,Institute {at % 40},Adviser\n" for at in range(250))
    data = f"Name,Affiliation,Position\n{lines}".encode()
    start = reverse("admin:participants_import_start", args=["participants"])
    client.post(f"{start}?target={event.pk}", {"file": SimpleUploadedFile("list.csv", data)}, secure=True)
    source = Import.objects.order_by("-pk").first()
    if source is None:
        sys.exit("The import of a list was refused.")
    columns = reverse("admin:participants_import_columns", args=[source.pk])
    setup_test_environment(debug=False)  # the form tells what it guessed
    form = client.get(columns, secure=True).context["form"]
    teardown_test_environment()
    posted = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    client.post(columns, posted | {"do": "check"}, secure=True)


def measure(rounds: int) -> dict[str, Any]:
    """Return what each page costs; pages that lead elsewhere or take posts alone are left out."""
    editor, administrator = client_of("editor@bench.example"), client_of("administrator@bench.example")
    an_import(editor)
    pages = []
    for name, address in addresses():
        role, client = "editor", editor
        answer = client.get(address, secure=True)
        if answer.status_code == 403:
            role, client = "administrator", administrator
            answer = client.get(address, secure=True)
        if answer.status_code != 200:
            print(f"  {name}: {answer.status_code}", file=sys.stderr, flush=True)
            continue
        times = []
        for _ in range(rounds):
            with connection.execute_wrapper(recorder := Recorder()):
                began = time.perf_counter()
                body = client.get(address, secure=True).content
                times.append((time.perf_counter() - began) * 1000)
            if sum(times) > SLOW * 1000:
                break
        pages.append(
            {
                "name": name,
                "address": address,
                "role": role,
                "queries": len(recorder.statements),
                "ms": median(times),
                "bytes": len(body),
            }
        )
        print(f"  {name}: {pages[-1]['queries']} queries, {pages[-1]['ms']:.0f} ms", file=sys.stderr, flush=True)
    where = f"{machine()}, Python {platform.python_version()}, Django {django.__version__}"
    return {"database": database(), "machine": where, "pages": pages}


if __name__ == "__main__":
    what, number = sys.argv[1], int(sys.argv[2])
    if what == "fill":
        fill(number)
    else:
        out, sys.stdout = sys.stdout, io.StringIO()
        json.dump(measure(number), out)
