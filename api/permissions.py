"""API permissions by kind of session or token; querysets limit which rows are seen."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import session_kind
from accounts.models import SessionKind


class ForCitizens(BasePermission):
    """A session or token of a citizen."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return session_kind(request) == SessionKind.CITIZEN


class ForStaff(BasePermission):
    """A session of staff with two factors, or a token of staff."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return session_kind(request) == SessionKind.STAFF
