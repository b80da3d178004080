"""A real browser against a live server. Whatever the console complains about, the Content Security Policy included,
fails the test that saw it."""

import os
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync""".split()
PHONE = {"width": 375, "height": 812}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def chromium():
    """The browser that `make test` found; without one this fails, it never skips."""
    path = os.environ.get("BROWSER_EXECUTABLE", "")
    try:
        subprocess.run([path, "--version"], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        pytest.fail(f"BROWSER_EXECUTABLE={path!r} does not run. Use `make test`, or name a Chromium or Chrome.")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """What the browser complained about; a test that provokes something takes it out."""
    return []


@pytest.fixture
def open_browser(chromium, live_server, complaints):
    """Return a function that opens a browser of its own, without cookies, and returns its page."""
    contexts = []

    def open_one(viewport=DESKTOP, *, signed_in=None, **options):
        context = chromium.new_context(viewport=viewport, base_url=live_server.url, locale="en-GB", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        if signed_in:
            name, cookie = "readout", signed_in.cookies["readout"].value
            context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text} ({page.url})"))
        page.on("pageerror", lambda error: complaints.append(f"script: {error} ({page.url})"))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def violations():
    """Return a function that lists what axe finds wrong on a page, as rule: elements."""
    axe = Axe()

    def find(page):
        found = axe.run(page).response["violations"]
        return {one["id"]: [node["html"] for node in one["nodes"]] for one in found}

    return find
