"""The public pages in a real browser: found, filtered and paged by hand and by keyboard, with and without scripts, at
every width, in the light and in the dark."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import (
    ActionFactory,
    ActionUpdateFactory,
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    QuoteFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = {"width": 320, "height": 700}
OUTCOMES = 45


@pytest.fixture
def site():
    """A dialogue with everything on its page, another, and enough outcomes for three pages."""
    trust, skills = ThemeFactory(name="Confidence-building"), ThemeFactory(name="Capacity-building")
    ThemeFactory(name="People and skills", parent=skills)
    held = EventFactory(
        title="Exercise Lighthouse",
        reference="LH26",
        summary="Two days on who calls whom in the first hours of an incident.",
        body="Participants worked through one night in four groups.",
        time_zone="America/Santiago",
        city="Santiago",
        country="CL",
    )
    EventPartnerFactory(event=held, role="convener")
    plenary = SessionFactory(event=held, title="The first night", starts_at="2026-03-03T14:00Z")
    group = BreakoutGroupFactory(event=held, parent=plenary, title="Hotlines and who answers them", number="1")
    QuoteFactory(event=held, text="We had the number, and nobody to call.", consent="given")
    other = EventFactory(title="Exercise Breakwater", starts_on="2024-05-06")
    takeaways = [
        TakeawayFactory(
            event=held if n % 2 else other,
            session=group if n % 2 else None,
            text=f"Finding {n}: points of contact only help if they are called before an incident.",
            themes=[trust if n % 3 else skills],
            published=True,
        )
        for n in range(OUTCOMES - 1)
    ]
    action = ActionFactory(
        event=held, text="Publish the answers given in the exercise, without names.", themes=[skills], published=True
    )
    ActionUpdateFactory(action=action, text="The answers are with the secretariat.")
    return {"event": held, "theme": trust, "takeaway": takeaways[1], "action": action}


def kinds(site):
    """Return an address of each kind of public page."""
    listed = reverse("outcomes:outcome-list")
    return {
        "home": reverse("home"),
        "list": listed,
        "list, filtered": f"{listed}?theme={site['theme'].slug}&q=contact&page=2",
        "list, nothing found": f"{listed}?q=zanzibarine&kind=action",
        "takeaway": site["takeaway"].get_absolute_url(),
        "action": site["action"].get_absolute_url(),
        "themes": reverse("outcomes:theme-list"),
        "theme": site["theme"].get_absolute_url(),
        "events": reverse("events:event-list"),
        "event": site["event"].get_absolute_url(),
        "actions": reverse("outcomes:action-list"),
        "search": reverse("outcomes:search") + "?q=contact",
        "data": reverse("outcomes:data"),
        "API": reverse("api-docs"),
        "API, dictionary": reverse("api-dictionary"),
        "privacy": reverse("privacy"),
        "not found": "/nothing/",
    }


KINDS = [
    "home",
    "list",
    "list, filtered",
    "list, nothing found",
    "takeaway",
    "action",
    "themes",
    "theme",
    "events",
    "event",
    "actions",
    "search",
    "data",
    "API",
    "API, dictionary",
    "privacy",
    "not found",
]


def sideways(page):
    """How many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def loads_of(page):
    """Collect the documents that the browser loads from now on; none while lists change in place."""
    loads = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.on("domcontentloaded", lambda _: loads.append("loaded"))
    return loads


def count(page):
    return page.get_by_role("heading", level=2, name=re.compile(r"outcomes?\b")).first


def open_filters(page):
    summary = page.locator(".facets summary")
    if summary.is_visible() and page.locator(".facets details:not([open])").count():
        summary.click()


# --- Read by everybody ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_page_is_for_everybody_at_every_width_in_light_and_dark(open_browser, violations, complaints, site, kind):
    page = open_browser(DESKTOP, reduced_motion="reduce")  # or colours would be judged half way
    page.goto(kinds(site)[kind])
    found = {}

    for viewport in (DESKTOP, PHONE, NARROW):
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if wrong := violations(page):
                found[viewport["width"], scheme] = wrong
        assert sideways(page) <= 0, viewport

    assert found == {}
    if kind == "not found":  # the browser says so itself
        assert len(complaints) == 1
        complaints.clear()


@pytest.mark.parametrize("kind", ["home", "list", "theme", "event", "takeaway"])
def test_nothing_moves_for_those_who_ask_for_less_motion(open_browser, site, kind):
    page = open_browser(reduced_motion="reduce")
    page.goto(kinds(site)[kind])

    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((one) => {
            const style = getComputedStyle(one);
            const lasts = (text) => text.split(", ").some((time) => parseFloat(time) > 0.01);
            return lasts(style.animationDuration) || lasts(style.transitionDuration)
                || style.scrollBehavior === "smooth";
        }).map((one) => one.outerHTML.slice(0, 80))"""
    )

    assert moving == []


# --- Keyboard ------------------------------------------------------------------------------------------------------


def test_first_stop_skips_to_the_content(open_browser, site):
    page = open_browser()
    page.goto(reverse("outcomes:outcome-list"))

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("kind", ["home", "list", "theme", "event", "takeaway"])
def test_focus_is_seen_at_every_stop(open_browser, site, kind):
    page = open_browser()
    page.goto(kinds(site)[kind])
    unseen = []

    for _ in range(30):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const one = document.activeElement;
                if (one === document.body) return null;
                const style = getComputedStyle(one), box = one.getBoundingClientRect();
                return {
                    what: one.outerHTML.slice(0, 80),
                    ring: style.outlineStyle !== "none" ? parseFloat(style.outlineWidth) : 0,
                    seen: box.bottom > 0 && box.top < innerHeight,
                };
            }"""
        )
        if stop and not (stop["ring"] >= 2 and stop["seen"]):
            unseen.append(stop)

    assert unseen == []


def test_list_is_narrowed_and_paged_by_keyboard_alone(open_browser, site):
    page = open_browser()
    page.goto(reverse("outcomes:outcome-list"))
    open_filters(page)

    page.get_by_label("Action", exact=False).first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Apply filters").last.focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"kind=action"))
    expect(count(page)).to_contain_text("1 outcome")
    focused = page.evaluate("document.activeElement.textContent.trim()")
    assert focused == "Apply filters" or "1 outcome" in focused


# --- With a script, in place ---------------------------------------------------------------------------------------


def test_filters_change_the_list_in_place_and_say_the_count(open_browser, site):
    page = open_browser()
    page.goto(reverse("outcomes:outcome-list"))
    expect(count(page)).to_contain_text(f"of {OUTCOMES} outcomes")
    open_filters(page)
    loads = loads_of(page)

    page.get_by_label("Confidence-building").check()
    page.get_by_role("button", name="Apply filters").first.click()

    expect(page.get_by_role("status")).to_contain_text("Confidence-building")
    expect(count(page)).to_contain_text("of 29 outcomes")
    expect(page).to_have_url(re.compile(r"\?theme=confidence-building$"))
    assert page.title().startswith("Confidence-building – Outcomes")
    expect(page.get_by_label("Confidence-building")).to_be_checked()
    assert "loaded" not in loads

    page.get_by_role("link", name="Remove Confidence-building").click()

    expect(count(page)).to_contain_text(f"of {OUTCOMES} outcomes")
    expect(page.get_by_label("Confidence-building")).not_to_be_checked()
    expect(count(page)).to_be_focused()
    assert "loaded" not in loads


def test_back_and_forward_go_through_the_lists_seen(open_browser, site):
    page = open_browser()
    page.goto(reverse("outcomes:outcome-list"))
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Page 2").click()
    expect(count(page)).to_contain_text("Showing 21 to 40")
    expect(page).to_have_url(re.compile(r"page=2$"))

    page.go_back()
    expect(count(page)).to_contain_text("Showing 1 to 20")
    page.go_forward()
    expect(count(page)).to_contain_text("Showing 21 to 40")

    page.reload()
    expect(count(page)).to_contain_text("Showing 21 to 40")
    assert page.locator("ol.outcomes").get_attribute("start") == "21"


def test_words_keep_the_filters_and_filters_keep_the_words(open_browser, site):
    page = open_browser()
    page.goto(reverse("outcomes:outcome-list") + f"?theme={site['theme'].slug}")

    page.get_by_role("main").get_by_role("searchbox").fill("incident")
    page.get_by_role("main").get_by_role("button", name="Search").click()

    expect(page).to_have_url(re.compile(r"q=incident"))
    expect(page).to_have_url(re.compile(r"theme=confidence-building"))
    expect(count(page)).to_contain_text("“incident”, Confidence-building")
    open_filters(page)
    page.get_by_label("Takeaway", exact=False).first.check()
    page.get_by_role("button", name="Apply filters").first.click()
    expect(page).to_have_url(re.compile(r"q=incident.*kind=takeaway|kind=takeaway.*q=incident"))


def test_list_that_cannot_be_fetched_in_place_is_opened(open_browser, complaints, site):
    page = open_browser()
    page.goto(reverse("outcomes:outcome-list"))
    page.route(
        "**/outcomes/?page=2",
        lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_(),
    )

    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Page 2").click()

    expect(count(page)).to_contain_text("Showing 21 to 40")
    assert all("ERR_FAILED" in complaint for complaint in complaints)
    complaints.clear()


# --- Without scripts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everything_works_without_scripts(open_browser, site, viewport):
    page = open_browser(viewport, java_script_enabled=False)
    page.goto("/")

    page.get_by_role("main").get_by_role("searchbox").fill("contact")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"q=contact"))
    expect(page.locator("main mark").first).to_have_text("contact")

    page.goto(reverse("outcomes:outcome-list"))
    open_filters(page)
    page.get_by_label("Confidence-building").check()
    page.get_by_role("button", name="Apply filters").first.click()
    expect(page.locator("#results")).to_contain_text("of 29 outcomes, Confidence-building")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Page 2").click()
    expect(page.locator("#results")).to_contain_text("Showing 21 to 29")
    page.get_by_role("link", name="Remove Confidence-building").click()
    expect(page.locator("#results")).to_contain_text(f"of {OUTCOMES} outcomes")

    page.locator("ol.outcomes a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Finding|Publish"))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "not found"])
def test_page_says_the_same_without_scripts(open_browser, site, kind):
    words = []
    for scripts in (True, False):
        page = open_browser(java_script_enabled=scripts, timezone_id="America/Santiago")  # no hours to translate
        page.goto(kinds(site)[kind])
        words.append(page.locator("main").inner_text().split())

    with_scripts, without = map(set, words)
    assert without - with_scripts == set()
