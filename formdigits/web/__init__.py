"""The product in a browser: pages, the API that they use, and what keeps both safe. `formdigits serve` opens it."""
