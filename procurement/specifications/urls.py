"""Addresses of the call document."""

from django.urls import path

from procurement.specifications import views

app_name = "specifications"

urlpatterns = [
    path("", views.versions, name="list"),
    path("ny/", views.new, name="new"),
    path("gallande/", views.in_force, name="public"),
    path("version/<int:number>/", views.published, name="public_version"),
    path("<int:pk>/", views.version, name="version"),
    path("<int:pk>/tid/", views.terms, name="terms"),
    path("<int:pk>/publicera/", views.publish, name="publish"),
    path("<int:pk>/ta-bort/", views.discard, name="discard"),
    path("<int:pk>/<slug:part>/ny/", views.edit_row, name="add_row"),
    path("<int:pk>/<slug:part>/<int:row>/", views.edit_row, name="edit_row"),
    path("<int:pk>/<slug:part>/<int:row>/flytta/", views.move_row, name="move_row"),
    path("<int:pk>/<slug:part>/<int:row>/ta-bort/", views.remove_row, name="remove_row"),
]
