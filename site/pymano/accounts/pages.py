"""The signed-in person's own pages: profile, export, deletion."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show what the site knows of the person."""
    return render(request, "account/profile.html")


@login_required
def export(request: HttpRequest) -> HttpResponse:
    """Hand the person everything that is theirs."""
    return render(request, "account/profile.html")


@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """Ask for the password again."""
    return render(request, "account/profile.html")
