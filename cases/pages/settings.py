from django.http import HttpResponse

from organisation.access import logged_in


@logged_in
def preferences(request, **kwargs):
    return HttpResponse("kommer")
