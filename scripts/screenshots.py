"""Pictures of every kind of page in docs/screenshots/: two widths, light and dark, of the demo in its own database."""

import io
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from socket import socket
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
WIDTHS = {375: 1500, 1280: 1500}  # the height at which a long page is cut
QUALITY = 55
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --hide-scrollbars""".split()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: str, port: int) -> dict[str, str]:
    """Return the settings of a site of its own, as a real one has them, with its data in `folder`."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "EMAIL_URL": "dummymail://",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{folder}/readout.sqlite3",
        "CACHE_URL": "locmemcache://",
        "MEDIA_ROOT": f"{folder}/media",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "BIND": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
    }


def pages() -> dict[str, str]:
    """Return an address for each kind of page, by the name of its pictures; read from the demo's own data."""
    import django

    django.setup()
    from django.db.models import Count
    from django.urls import reverse

    from events.models import Event
    from outcomes.models import Outcome, ReportSection, Theme

    public = Outcome.objects.public().order_by("event__slug", "-kind", "number")
    event = Event.objects.public().annotate(size=Count("outcomes")).order_by("-size", "slug").first()
    theme = Theme.objects.annotate(size=Count("outcomes")).order_by("-size", "slug").first()
    section = ReportSection.objects.public().with_a_page().order_by("report", "position").first()
    partner = event.event_partners.order_by("pk").first()
    return {
        "home": reverse("home"),
        "outcomes": reverse("outcomes:outcome-list"),
        "outcomes-filtered": f"{reverse('outcomes:outcome-list')}?kind=takeaway&theme={theme.slug}",
        "takeaway": public.filter(kind="takeaway").first().get_absolute_url(),
        "action": public.filter(kind="action").first().get_absolute_url(),
        "themes": reverse("outcomes:theme-list"),
        "theme": theme.get_absolute_url(),
        "events": reverse("events:event-list"),
        "event": event.get_absolute_url(),
        **({"report": section.get_absolute_url()} if section else {}),
        "actions": reverse("outcomes:action-list"),
        "search": f"{reverse('outcomes:search')}?q=capacity",
        "organisation": reverse("outcomes:organisation-detail", args=[partner.organisation.slug]),
        "embed": reverse("outcomes:event-embed", args=[event.slug]),
        "data": reverse("outcomes:data"),
        "api": reverse("api-docs"),
        "dictionary": reverse("api-dictionary"),
        "privacy": reverse("privacy"),
        "sign-in": reverse("sign-in"),
        "not-found": "/nothing-here/",
    }


def pages_of_the_desk() -> tuple[dict[str, str], dict[str, str]]:
    """Return addresses as `pages` does of what a rapporteur sees, and the cookie that signs one in."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from events.models import Session
    from outcomes.models import Round
    from participants.models import User

    rapporteur = User.objects.filter(person__participations__roles__role="rapporteur").distinct().get()
    rapporteur.email = "rapporteur@example.org"  # the demo's own accounts are nobody on a real site
    rapporteur.save()
    client = Client()
    client.force_login(rapporteur)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    closing = Round.objects.select_related("session").first()
    group = Session.objects.reported_by(rapporteur).exclude(pk=closing.session_id).in_programme_order().first()
    return {
        "signed-in": reverse("signed-in"),
        "desk": reverse("outcomes:desk"),
        "desk-session": reverse("outcomes:desk-session", args=[group.code]),
        "round": reverse("outcomes:round", args=[closing.code]),
        "round-control": reverse("outcomes:desk-round", args=[closing.code]),
        "projector": reverse("outcomes:round-projector", args=[closing.code]),
        "synthesis": reverse("outcomes:synthesis", args=[closing.code]),
    }, cookie


def pages_of_staff() -> tuple[dict[str, str], dict[str, str]]:
    """Return addresses as `pages` does of what the secretariat sees, and the cookie that signs an editor in."""
    from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
    from allauth.mfa.models import Authenticator
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from events.models import Session
    from outcomes.models import Outcome
    from participants.models import User

    editor = User.objects.filter(groups__name="Editors").first()
    editor.email = "editor@example.org"
    editor.save()
    client = Client()
    client.force_login(editor)
    app = Authenticator.objects.create(user=editor, type=Authenticator.Type.TOTP, data={})
    shown = {"method": "mfa", "type": "totp", "id": app.pk, "at": time.time()}
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [shown]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(editor.pk)
    session.save()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    rapporteur = User.objects.get(email="rapporteur@example.org")
    group = Session.objects.reported_by(rapporteur).in_programme_order().first()
    text = "Agree before an exercise who may speak for a ministry at night, and try the number once a month."
    waiting = Outcome.objects.create(event=group.event, session=group, author=rapporteur, kind="takeaway", text=text)
    waiting.submit(by=rapporteur)
    event = group.event_id
    return {
        "staff": reverse("admin:index"),
        "staff-event": reverse("admin:events_event_workspace", args=[event]),
        "staff-programme": reverse("admin:events_event_programme", args=[event]),
        "staff-document": reverse("admin:events_event_workspace_document", args=[event]),
        "staff-review": reverse("admin:outcomes_outcome_review", args=[waiting.pk]),
    }, cookie


def wait_for(address: str) -> None:
    """Return once the server answers; raises TimeoutError after half a minute."""
    for _ in range(150):
        try:
            with urlopen(address):  # noqa: S310  # our own server
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


def take(site: str, addresses: dict[str, str], cookies: list[dict[str, str]]) -> None:
    """Photograph each address in each width and palette."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["BROWSER_EXECUTABLE"], args=FLAGS)
        for width, longest in WIDTHS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": 900},
                    color_scheme=scheme,
                    reduced_motion="reduce",
                    locale="en-GB",
                    timezone_id="UTC",
                )
                context.add_cookies([cookie | {"url": site} for cookie in cookies])
                page = context.new_page()
                for name, address in addresses.items():
                    page.goto(site + address)
                    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
                    picture = picture.convert("RGB").crop((0, 0, width, min(picture.height, longest)))
                    picture.save(OUT / f"{name}-{width}-{scheme}.webp", quality=QUALITY, method=6)
                context.close()
        browser.close()


def main() -> int:
    """Build the demo, photograph it, say how much it weighs."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        env = environment(folder, port)
        for step in ("static", "prepare"):
            subprocess.run(["scripts/serve.sh", step], cwd=ROOT, env=env, check=True)
        load = [sys.executable, "manage.py", "load_demo"]  # only a site in development takes the demo's accounts
        subprocess.run(load, cwd=ROOT, env=env | {"DEBUG": "on"}, check=True, stdout=subprocess.DEVNULL)
        os.environ.update(env)
        addresses = pages()
        of_the_desk, rapporteur = pages_of_the_desk()
        of_staff, editor = pages_of_staff()
        serve = ["scripts/serve.sh", "web"]
        with subprocess.Popen(serve, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                wait_for(f"{env['SITE_URL']}/healthz")
                OUT.mkdir(parents=True, exist_ok=True)
                for old in OUT.glob("*.webp"):
                    old.unlink()
                take(env["SITE_URL"], addresses, [])
                take(env["SITE_URL"], of_the_desk, [rapporteur])
                take(env["SITE_URL"], of_staff, [editor])
            finally:
                server.terminate()
    taken = list(OUT.glob("*.webp"))
    weight = sum(path.stat().st_size for path in taken)
    print(f"{len(taken)} pictures in {OUT.relative_to(ROOT)}, {weight / 1_000_000:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
