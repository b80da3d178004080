from django.urls import path, re_path

from outcomes.views import desk as views
from outcomes.views.invitation import DeskInvitation

CODE = r"(?P<code>[a-z2-7]{8})"
SLUG = r"(?P<slug>[-\w]+)"

urlpatterns = [
    path("desk/", views.Desk.as_view(), name="desk"),
    path("desk/invitation/<str:token>/", DeskInvitation.as_view(), name="desk-invitation"),
    re_path(rf"^desk/sessions/{CODE}/$", views.DeskPlace.as_view(), name="desk-session"),
    re_path(rf"^desk/sessions/{CODE}/new/$", views.OutcomeCreate.as_view(), name="desk-session-new"),
    re_path(rf"^desk/sessions/{CODE}/check/$", views.DeskCheck.as_view(), name="desk-session-check"),
    re_path(rf"^desk/events/{SLUG}/$", views.DeskPlace.as_view(), name="desk-event"),
    re_path(rf"^desk/events/{SLUG}/new/$", views.OutcomeCreate.as_view(), name="desk-event-new"),
    re_path(rf"^desk/events/{SLUG}/check/$", views.DeskCheck.as_view(), name="desk-event-check"),
    re_path(rf"^desk/outcomes/{CODE}/$", views.OutcomeEdit.as_view(), name="desk-outcome"),
    re_path(rf"^desk/outcomes/{CODE}/delete/$", views.OutcomeDelete.as_view(), name="outcome-delete"),
    re_path(rf"^desk/outcomes/{CODE}/move/$", views.OutcomeMove.as_view(), name="outcome-move"),
    re_path(rf"^desk/outcomes/{CODE}/submit/$", views.OutcomeSubmit.as_view(), name="outcome-submit"),
    re_path(rf"^desk/outcomes/{CODE}/take-back/$", views.OutcomeTakeBack.as_view(), name="outcome-take-back"),
]
