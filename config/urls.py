from django.conf import settings
from django.contrib import admin
from django.http import Http404
from django.urls import include, path
from django.views.generic import RedirectView

from config import api, health, robots
from config.api_pages import ApiDocs, DataDictionary
from config.gallery import gallery
from config.guide import guide
from config.privacy import Privacy
from outcomes import sitemaps
from outcomes.views.home import Home


def nowhere(request, of_anything):
    """Django's own way from any key to its address would tell editors of events that are not theirs."""
    raise Http404


urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("api/", RedirectView.as_view(pattern_name="api-docs"), name="api-start"),
    path("api/docs/", ApiDocs.as_view(), name="api-docs"),
    path("api/docs/dictionary/", DataDictionary.as_view(), name="api-dictionary"),
    path("api/", include(api)),
    path("", include("outcomes.urls")),
    path("", include("events.urls")),
    path("", include("participants.urls")),
    path("admin/r/<path:of_anything>", admin.site.admin_view(nowhere), name="nowhere"),
    path("admin/guide/", admin.site.admin_view(guide), name="guide"),
    path("admin/guide/<slug:name>/", admin.site.admin_view(guide), name="guide-for"),
    path("admin/", admin.site.urls),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap-pages"),
    path("sitemap-dialogues-<int:number>.xml", sitemaps.dialogues, name="sitemap-dialogues"),
    path("privacy/", Privacy.as_view(), name="privacy"),
    path("robots.txt", robots.robots, name="robots"),
    path(".well-known/security.txt", robots.security, name="security-txt"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"

if settings.DEBUG:
    urlpatterns += [path("gallery/", gallery, name="gallery")]
