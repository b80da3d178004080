from django.urls import path, re_path

from events.api import views

urlpatterns = [
    path("events/", views.EventList.as_view(), name="event-list"),
    re_path(r"^events/(?P<slug>[-\w]+)/$", views.EventDetail.as_view(), name="event-detail"),
    path("sessions/", views.SessionList.as_view(), name="session-list"),
    re_path(r"^sessions/(?P<code>[a-z2-7]{8})/$", views.SessionDetail.as_view(), name="session-detail"),
]
