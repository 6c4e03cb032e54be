"""Sentences of the rest of the program as people in a browser can follow them: buttons in place of options."""

from __future__ import annotations

import re

KEEPER = "whoever runs this server"

WORDS = (
    (r"give the form's template with -t\b", "pick the form's template, or add it on the page Jobs"),
    (r"make the template again with 'formdigits template new', or take .*(?=\.)", "add it again with its picture"),
    (r"write a \.csv file, or one row per field with --long", "download it as CSV"),
    (r"export with --long", "change them on the job's page"),
    (r"give the templates that .* or write one row per field with --long", "read it anew with all of its templates"),
    (r"please report (it with what|what this prints when) .* (prints|with -v)", f"please tell {KEEPER}"),
    (r"free memory, or run this with --processes 1, which starts none", f"have {KEEPER} free some memory"),
    (r"'formdigits jobs' lists those that there are", "the page Jobs lists those that there are"),
    (r"'formdigits user list' lists those that there are", "the page People lists those that there are"),
)
"""Advice for the command line, and what stands for it here."""


def in_browser(sentence: str) -> str:
    """The sentence as a page may show it."""
    for theirs, ours in WORDS:
        sentence = re.sub(theirs, ours, sentence)
    return sentence
