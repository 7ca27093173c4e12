"""Addresses of booked steps, and of what is taken back when a contract ends."""

from django.urls import path

from procurement.introductions import views

app_name = "introductions"

urlpatterns = [
    path("avtal/<int:pk>/ta-tillbaka/", views.withdrawal, name="withdrawal"),
    path("moment/<int:pk>/kalender.ics", views.invitation, name="invitation"),
]
