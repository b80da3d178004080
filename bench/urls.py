from django.urls import path

from bench.floor import views
from config.urls import urlpatterns as of_the_site

urlpatterns = [
    *of_the_site,
    path("bench/floor/", views.ItemList.as_view(), name="bench-floor"),
    path("bench/ok/", views.ok, name="bench-ok"),
]
