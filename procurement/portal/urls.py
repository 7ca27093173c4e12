"""Addresses of the provider portal."""

from django.urls import path

from procurement.portal import views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("registrera/", views.register_company, name="register"),
    path("bekrafta/<str:token>/", views.confirm_mail, name="confirm"),
    path("ny/", views.new, name="new"),
    path("<int:pk>/", views.case, name="case"),
]
