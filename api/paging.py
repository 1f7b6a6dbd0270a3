"""Cursor pagination: the first page and the thousandth cost the same."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = ("-received_at", "-id")


class LastFirst(CursorPagination):
    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = ("-id",)


class MostUrgentFirst(CursorPagination):
    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = ("due_at", "id")


class ByName(CursorPagination):
    page_size = 50
    ordering = ("search_name", "id")
