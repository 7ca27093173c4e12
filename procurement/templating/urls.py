"""Addresses of the templates."""

from django.urls import path

from procurement.templating import views

app_name = "templating"

urlpatterns = [
    path("", views.template_list, name="list"),
    path("<slug:what>/ny/", views.new_template, name="new"),
    path("<slug:what>/<int:pk>/", views.template, name="template"),
    path("<slug:what>/<int:pk>/avsluta/", views.end_draft, name="end_draft"),
]
