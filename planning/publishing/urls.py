"""Addresses of publishing, under `planering/`."""

from django.urls import path

from planning.publishing import views

app_name = "publishing"
urlpatterns = [
    path("publicera/<int:pk>/", views.page, name="page"),
    path("publicera/<int:pk>/gor/", views.do, name="do"),
    path("publicera/<int:pk>/version/<int:number>/", views.version, name="version"),
    path("publicera/<int:pk>/parm/", views.pack, name="pack"),
]
