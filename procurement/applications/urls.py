"""Addresses of companies and of applications that come on paper."""

from django.urls import path

from procurement.applications import intake_pages

app_name = "applications"

urlpatterns = [
    path("foretag/", intake_pages.companies, name="companies"),
    path("foretag/<int:pk>/", intake_pages.company, name="company"),
    path("foretag/<int:pk>/behorighet/", intake_pages.authority, name="authority"),
    path("registrera/", intake_pages.enter, name="enter"),
]
