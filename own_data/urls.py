"""URLs of what people may do about their own data."""

from django.urls import URLPattern, URLResolver, path

from own_data.views import closing, desk, my_data, my_requests

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/data/", my_data.my_data, name="my-data"),
    path("account/data/requests/", my_requests.my_requests, name="my-requests"),
    path("account/data/requests/end/", my_requests.end_restriction, name="my-restriction-end"),
    path("account/close/", closing.close_account, name="close-account"),
    path("account/close/again/", closing.prove_again, name="close-account-again"),
    path("oversight/data-requests/", desk.data_requests, name="data-requests"),
    path("oversight/data-requests/<uuid:public_id>/", desk.data_request, name="data-request"),
]
