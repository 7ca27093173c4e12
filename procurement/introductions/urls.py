"""Addresses of booked steps."""

from django.urls import path

from procurement.introductions import views

app_name = "introductions"

urlpatterns = [
    path("moment/<int:pk>/kalender.ics", views.invitation, name="invitation"),
]
