"""Pages and the API, a module for each concern. `ROUTERS` are all of them, `LIMITS` the bytes that an address takes
where it takes more than the usual."""

from formdigits.web.routes import entry, report, review, review_pages

ROUTERS = (entry.router, review.router, review_pages.router, report.router)

LIMITS: dict[str, int] = {}
