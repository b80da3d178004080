from django.urls import path, re_path

from events import cards, views
from participants.files import NAME

app_name = "events"
urlpatterns = [
    path("events/", views.EventList.as_view(), name="event-list"),
    re_path(r"^events/(?P<slug>[-\w]+)/$", views.EventDetail.as_view(), name="event-detail"),
    re_path(r"^events/(?P<slug>[-\w]+)/card\.png$", cards.EventCard.as_view(), name="event-card"),
    re_path(rf"^media/events/{NAME}$", views.EventImage.as_view(), name="event-image"),
    re_path(rf"^media/resources/{NAME}$", views.ResourceFile.as_view(), name="resource-file"),
    re_path(rf"^media/organisations/{NAME}$", views.PartnerLogo.as_view(), name="partner-logo"),
]
