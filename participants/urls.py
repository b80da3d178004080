from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from participants import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", views.SignInCodeEntry.as_view(), name="sign-in-code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("sign-out/everywhere/", views.SignOutEverywhere.as_view(), name="sign-out-everywhere"),
    path("signed-in/", views.SignedIn.as_view(), name="signed-in"),
    path("admin/login/", views.admin_sign_in),
    path("admin/password_change/", admin.site.admin_view(RedirectView.as_view(pattern_name="account_change_password"))),
    path("accounts/", include("participants.second_factor")),
]
