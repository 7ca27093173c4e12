"""Addresses of the optimizer's page, under `planering/`."""

from django.urls import path

from planning.optimizing import day_views, views

app_name = "optimizing"
urlpatterns = [
    path("<int:pk>/optimera/", views.page, name="page"),
    path("<int:pk>/optimera/dagar/", day_views.page, name="days"),
    path("<int:pk>/optimera/dagar/<uuid:group>/laget/", day_views.progress, name="days_progress"),
    path("<int:pk>/optimera/dagar/<uuid:group>/stoppa/", day_views.stop, name="days_stop"),
    path("<int:pk>/optimera/dagar/<uuid:group>/godta/", day_views.accept, name="days_accept"),
    path("<int:pk>/optimera/<int:run>/laget/", views.progress, name="progress"),
    path("<int:pk>/optimera/<int:run>/stoppa/", views.stop, name="stop"),
    path("<int:pk>/optimera/<int:run>/godta/", views.accept, name="accept"),
]
