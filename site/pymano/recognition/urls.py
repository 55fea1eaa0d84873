"""The addresses of the pages."""

from django.urls import path

from pymano.recognition import pages

urlpatterns = [
    path("favicon.ico", pages.icon),
    path("", pages.write, name="write"),
    path("picture/", pages.picture, name="picture"),
    path("history/", pages.history, name="history"),
    path("history/download/", pages.download, name="history-download"),
    path("history/<uuid:pk>/picture/", pages.stored_picture, name="history-picture"),
    path("history/<uuid:pk>/delete/", pages.delete, name="history-delete"),
]
