"""Addresses of the committee."""

from django.urls import path

from cases.pages import committee

app_name = "committee"

urlpatterns = [
    path("", committee.meetings, name="meetings"),
    path("ledamoter/", committee.members, name="members"),
    path("ledamoter/<int:pk>/", committee.end_member, name="end_member"),
    path("<int:pk>/", committee.meeting, name="meeting"),
    path("<int:pk>/andra/", committee.change_meeting, name="change_meeting"),
    path("<int:pk>/utskick.pdf", committee.packet, name="packet"),
    path("<int:pk>/las/", committee.freeze, name="freeze"),
    path("<int:pk>/justering/", committee.adjust_minutes, name="adjust_minutes"),
    path("<int:pk>/arende/", committee.add_matter, name="add_matter"),
    path("punkt/<int:pk>/flytta/", committee.move_item, name="move_item"),
    path("punkt/<int:pk>/ta-bort/", committee.remove_matter, name="remove_matter"),
]
