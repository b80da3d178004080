"""The guides of docs/ for those who work in the admin, one for each role, as pages of it."""

import re

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse

from events.templatetags.markup import outline

GUIDES = {
    "editors": ("For editors", "staff.md"),
    "reviewers": ("For reviewers", "reviewers.md"),
    "administrators": ("For administrators", "administrators.md"),
}
_TITLE = re.compile(r"\A# .*\n")
_ELSEWHERE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")  # links between the files of docs/


def guide(request, name: str = "") -> HttpResponse:
    """Show a guide; without a name the one of who asks."""
    user = request.user
    name = name or ("administrators" if user.is_administrator else "editors" if user.is_editor else "reviewers")
    if name not in GUIDES:
        raise Http404
    label, file = GUIDES[name]
    text = (settings.BASE_DIR / "docs" / file).read_text(encoding="utf-8")
    html, headings = outline(_ELSEWHERE.sub(r"\1", _TITLE.sub("", text)))
    context = {
        **admin.site.each_context(request),
        "title": f"Guide: {label[0].lower()}{label[1:]}",
        "html": html,
        "headings": headings,
        "guides": [(one, words, one == name) for one, (words, _) in GUIDES.items()],
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "admin/guide.html", context)
