"""Addresses of cases: internal numbers only, never names or identity numbers (SEC-03)."""

from django.urls import path

from cases import views
from cases.pages import files, opening, outgoing, overview, settings, worklist

app_name = "cases"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("lista/", worklist.worklist, name="worklist"),
    path("lista.xlsx", worklist.export, name="export"),
    path("lista/spara/", worklist.save_filter, name="save_filter"),
    path("lista/ta-bort/<int:pk>/", worklist.remove_filter, name="remove_filter"),
    path("lista/massatgard/", worklist.bulk, name="bulk"),
    path("kalender/", worklist.calendar_address, name="calendar_address"),
    path("kalender/<str:key>.ics", worklist.calendar_feed, name="calendar_feed"),
    path("inkorg/", worklist.inbox, name="inbox"),
    path("sok/", worklist.search, name="search"),
    path("att-registrera/", worklist.to_register, name="to_register"),
    path("utgaende-post/", outgoing.outgoing, name="mail"),
    path("utgaende-post/<int:pk>/igen/", outgoing.again, name="send_again"),
    path("installningar/", settings.preferences, name="preferences"),
    path("nytt/<slug:kind>/", opening.begin, name="open"),
    path("<int:pk>/", views.case, name="case"),
    path("<int:pk>/gor/<slug:name>/", views.do, name="do"),
    path("<int:pk>/vem-ser/", views.who_sees, name="who_sees"),
    path("<int:pk>/historik/", views.history, name="history"),
    path("<int:pk>/tidsfrist/<int:deadline>/", views.what_if, name="what_if"),
    path("<int:pk>/forhandsvisa/<slug:kind>/", files.preview, name="preview"),
    path("dokument/<int:pk>.pdf", files.document, name="document"),
    path("bilaga/<uuid:pk>/", files.attachment, name="attachment"),
]
