"""Addresses of practice, under `ovning/`."""

from django.urls import path

from planning.practice import views

app_name = "practice"
urlpatterns = [
    path("", views.practices, name="list"),
    path("<int:unit>/gor/", views.make, name="make"),
    path("<int:pk>/ova/", views.enter, name="enter"),
    path("<int:pk>/ta-bort/", views.remove, name="remove"),
    path("lamna/", views.leave, name="leave"),
    path("utbildning/", views.train, name="train"),
]
