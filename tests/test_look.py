"""Promises of the look: readable in every palette, any direction of writing, inside its budget (docs/adr/0003)."""

import gzip
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parent.parent
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
CSS = (ROOT / "static" / "css" / "readout.css").read_text()

TEXT = 4.5
SHAPE = 3
PAIRS = [
    *[(ink, paper, TEXT) for ink in ("ink", "ink-soft", "accent") for paper in ("paper", "paper-sunk", "paper-raised")],
    ("accent-hover", "paper", TEXT),
    ("accent", "accent-wash", TEXT),
    ("ink", "accent-wash", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-hover", TEXT),
    ("ink", "mark", TEXT),
    *[(meaning, paper, TEXT) for meaning in ("bad", "warn", "good") for paper in ("paper", f"{meaning}-wash")],
    *[("ink", f"{meaning}-wash", TEXT) for meaning in ("bad", "warn", "good")],
    ("rule-strong", "paper", SHAPE),
    ("rule-strong", "paper-raised", SHAPE),
]


def palettes():
    """Every palette as {token: "#rrggbb"}, each on top of the ones it is used with."""
    blocks = re.split(r"@media ", CSS.split("@layer base {")[0])
    tokens = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks]
    light, dark, more, more_dark, paper = tokens
    return {
        "light": light,
        "dark": light | dark,
        "more": light | more,
        "more dark": light | dark | more | more_dark,
        "print": light | paper,
    }


def luminance(colour):
    """Relative luminance of "#rrggbb", 0 to 1 (WCAG 2.2, "relative luminance")."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", palettes())
def test_colours_contrast(palette):
    tokens = palettes()[palette]

    def ratio(one, other):
        dark, light = sorted((luminance(tokens[one]), luminance(tokens[other])))
        return (light + 0.05) / (dark + 0.05)

    assert [pair for pair in PAIRS if ratio(*pair[:2]) < pair[2]] == []


def test_stylesheet_fits_its_budget():
    assert len(gzip.compress(CSS.encode())) <= 12 * 1024


def test_scripts_fit_their_budget():
    scripts = (ROOT / "static" / "js").glob("*.js")

    assert len(gzip.compress(b"".join(script.read_bytes() for script in scripts))) <= 30 * 1024


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_css_names_no_physical_side(path):
    physical = (
        r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin)-(?:left|right|top|bottom)|left|right|top|bottom"
    )
    physical += r"|width|height|(?:min|max)-(?:width|height))(?:-\w+)?\s*:|(?:float|clear|text-align): *(?:left|right)"

    assert re.findall(physical, path.read_text()) == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_css_takes_colours_from_tokens(path):
    """The one exception: logos stand on the white they were drawn for."""
    rules = path.read_text().split("@layer base {")[-1].replace("background: #ffffff;", "", 1)
    if path.name == "admin-tokens.css":  # what the admin's colours are called
        rules = re.sub(r"--[a-z-]+: #[0-9a-f]{6};", "", rules)

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_have_no_inline_style_or_script(path):
    """Blocks of data are no scripts: browsers run nothing of a JSON type."""
    text = path.read_text()

    inline = re.findall(
        r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\s(?:src=|type=\"application/(?:ld\+)?json\"))", text
    )
    unsafe = re.findall(r"\|\s*safe\b|\{%\s*autoescape off", text)
    assert (inline, unsafe) == ([], []) or "emails" in path.parts


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_component_says_what_it_takes(path):
    assert path.read_text().startswith("{% comment %}\n")


@pytest.mark.parametrize("page", ["403.html", "403_csrf.html", "404.html", "410.html", "500.html", "503.html"])
def test_error_page_needs_no_request_and_no_database(page):
    body = render_to_string(page)

    assert body.count("<h1>") == 1
    assert 'href="/outcomes/"' in body
    assert "– Readout</title>" in body


def test_gallery_shows_every_component(rf):
    from config.gallery import gallery

    body = gallery(rf.get("/gallery/")).content.decode()

    for block in ("outcome__wording", "event__title", "theme__name", "pagination", "error-summary", "compare", "chip"):
        assert f'class="{block}' in body
