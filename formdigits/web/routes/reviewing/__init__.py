"""Review and mending: pages and the API of fields that people look at, and what the report counts of it."""
