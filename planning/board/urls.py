"""Addresses of the board, under `planering/`."""

from django.urls import path

from planning.board import views

app_name = "board"
urlpatterns = [
    path("dagbild/", views.board, name="board"),
    path("hamta/", views.fetch, name="fetch"),
    path("<int:pk>/andringar/", views.follow, name="follow"),
    path("<int:pk>/besok/<int:visit>/", views.visit, name="visit"),
    path("<int:pk>/otilldelade/", views.unplaced, name="unplaced"),
    path("<int:pk>/regelbrott/", views.all_breaches, name="breaches"),
    path("<int:pk>/angra/", views.take_back, name="undo"),
    path("<int:pk>/godta/", views.accept, name="accept"),
    path("<int:pk>/nytt/", views.add, name="add"),
]
