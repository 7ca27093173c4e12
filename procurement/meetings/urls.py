"""The address of a meeting's calendar file."""

from django.urls import path

from procurement.meetings import views

app_name = "meetings"

urlpatterns = [path("<int:pk>/kalender.ics", views.invitation, name="invitation")]
