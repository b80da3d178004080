from django.urls import path, re_path

from outcomes.views import public
from participants.files import NAME

urlpatterns = [
    path("outcomes/", public.OutcomeList.as_view(), name="outcome-list"),
    re_path(r"^outcomes/(?P<code>[a-z2-7]{8})/$", public.OutcomeDetail.as_view(), name="outcome-detail"),
    path("themes/", public.ThemeList.as_view(), name="theme-list"),
    re_path(r"^themes/(?P<slug>[-\w]+)/$", public.ThemeDetail.as_view(), name="theme-detail"),
    re_path(rf"^media/evidence/{NAME}$", public.EvidenceFile.as_view(), name="evidence-file"),
]
