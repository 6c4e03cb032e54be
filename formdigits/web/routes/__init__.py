"""Pages and the API, a module for each concern. `ROUTERS` are all of them, `LIMITS` the bytes that an address takes
where it takes more than the usual."""

from formdigits.web.routes import (
    description,
    entry,
    job_pages,
    jobs,
    live,
    report,
    review,
    review_pages,
    templates,
    trying,
    uploads,
)

ROUTERS = (
    entry.router,
    trying.router,
    templates.router,
    uploads.router,
    jobs.router,
    job_pages.router,
    review.router,
    review_pages.router,
    report.router,
    live.router,
    description.router,
)

LIMITS = trying.LIMITS | templates.LIMITS | uploads.LIMITS
