"""Pages and the API, one module per concern. `ROUTERS` are all of them, `BODY_LIMITS` the bytes that an address
accepts where it accepts more than usual."""

from formdigits.web.batches import BATCH_BYTES
from formdigits.web.forms import TEMPLATE_BYTES
from formdigits.web.routes import (
    description,
    editor_api,
    entry,
    job_api,
    job_pages,
    learned,
    live,
    people,
    phone,
    template_pages,
    templates,
    trying,
    uploads,
)
from formdigits.web.routes.reviewing import job_report, mending, review_api, review_many, review_pages, workbook

ROUTERS = (
    entry.router,
    people.router,
    trying.router,
    templates.router,
    template_pages.router,
    editor_api.router,
    uploads.router,
    job_api.router,
    job_pages.router,
    learned.router,
    mending.router,
    workbook.router,
    review_api.router,
    review_many.router,
    review_pages.router,
    job_report.router,
    live.router,
    phone.router,
    description.router,
)

BODY_LIMITS = {
    "/api/editor/draft": editor_api.DRAFTED_BYTES,
    "/api/editor/try": editor_api.TRIAL_BYTES,
    "/api/live/export": live.ROWS_BYTES,
    "/api/read": trying.TRIED_BYTES,
    "/api/read/pages": trying.TRIED_BYTES,
    "/api/templates": TEMPLATE_BYTES,
    "/api/uploads": BATCH_BYTES,
    "/api/workbooks": workbook.WORKBOOK_BYTES,
}
