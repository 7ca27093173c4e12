"""Addresses of the optimizer's page, under `planering/`."""

from django.urls import path

from planning.optimizing import views

app_name = "optimizing"
urlpatterns = [
    path("<int:pk>/optimera/", views.page, name="page"),
    path("<int:pk>/optimera/<int:run>/laget/", views.progress, name="progress"),
    path("<int:pk>/optimera/<int:run>/stoppa/", views.stop, name="stop"),
    path("<int:pk>/optimera/<int:run>/godta/", views.accept, name="accept"),
]
