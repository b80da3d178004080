from django.urls import include, path

from participants import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", views.SignInCodeEntry.as_view(), name="sign-in-code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("sign-out/everywhere/", views.SignOutEverywhere.as_view(), name="sign-out-everywhere"),
    path("admin/login/", views.admin_sign_in),
    path("accounts/", include("participants.second_factor")),
]
