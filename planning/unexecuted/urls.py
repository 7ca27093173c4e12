"""Addresses of decisions that are not carried out, under `ej-verkstallda/`."""

from django.urls import path

from planning.unexecuted import views

app_name = "unexecuted"
urlpatterns = [
    path("", views.waiting, name="list"),
    path("rapport/<int:year>/<int:number>/", views.report, name="report"),
    path("rapport/<int:year>/<int:number>.pdf", views.document, name="document"),
    path("vanta/<int:order>/", views.postpone, name="postpone"),
    path("vanta/<int:pk>/avsluta/", views.resume, name="resume"),
]
