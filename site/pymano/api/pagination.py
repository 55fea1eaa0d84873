"""Lists in pages: {count, next, previous, results}."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """Twenty at a time, or up to a hundred as page_size says."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
