"""What no page has to think of: bodies that are too large, and pages that no cache may keep."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from organisation.request import Request

GetResponse = Callable[[Request], HttpResponse]
MEGABYTE = 1024 * 1024


def body_size_middleware(get_response: GetResponse) -> GetResponse:
    """Refuse a body larger than any form sends, before a byte of it is read.

    Files come from those who are logged in; what others send is text.
    """

    def middleware(request: Request) -> HttpResponse:
        size = _content_length(request)
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            limit = _largest(request)
            if size > limit:
                return _too_large(request, limit)
        return get_response(request)

    return middleware


def no_store_middleware(get_response: GetResponse) -> GetResponse:
    """No cache keeps a page or a file, unless the view says for how long: most show somebody's data."""

    def middleware(request: Request) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware


def _content_length(request: Request) -> int:
    """The size that the web server was told; it reads no more than that."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0


def _largest(request: Request) -> int:
    if request.user.is_authenticated:
        return settings.BODY_MAX_BYTES
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _too_large(request: Request, limit: int) -> HttpResponse:
    return render(request, "413.html", {"megabytes": limit // MEGABYTE}, status=413)
