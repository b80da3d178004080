from django.urls import path, re_path

from outcomes.api import views

CODE = r"(?P<code>[a-z2-7]{8})"
SLUG = r"(?P<slug>[-\w]+)"

urlpatterns = [
    path("outcomes/", views.OutcomeList.as_view(), name="outcome-list"),
    re_path(rf"^outcomes/{CODE}/$", views.OutcomeDetail.as_view(), name="outcome-detail"),
    path("actions/", views.ActionList.as_view(), name="action-list"),
    re_path(rf"^actions/{CODE}/$", views.ActionDetail.as_view(), name="action-detail"),
    path("themes/", views.ThemeList.as_view(), name="theme-list"),
    re_path(rf"^themes/{SLUG}/$", views.ThemeDetail.as_view(), name="theme-detail"),
    path("organisations/", views.OrganisationList.as_view(), name="organisation-list"),
    re_path(rf"^organisations/{SLUG}/$", views.OrganisationDetail.as_view(), name="organisation-detail"),
    path("reports/", views.ReportList.as_view(), name="report-list"),
    re_path(rf"^reports/{SLUG}/$", views.ReportDetail.as_view(), name="report-detail"),
]
