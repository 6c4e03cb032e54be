"""The template editor's side of the server: drafts, pages in template units, checks and trials, made in a sandbox."""
