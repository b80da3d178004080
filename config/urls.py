from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import health
from config.gallery import gallery
from outcomes.views.home import Home

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("", include("outcomes.urls")),
    path("", include("events.urls")),
    path("", include("participants.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

if settings.DEBUG:
    urlpatterns += [path("gallery/", gallery, name="gallery")]
