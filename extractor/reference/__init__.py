"""The blank form's picture, out of a blank page or out of several filled copies, and the template drafted from it."""

from extractor.reference.blank import Blank, blank_form
from extractor.reference.flat import flatten
from extractor.reference.format_examples import with_examples
from extractor.reference.preview import draw_template
from extractor.reference.template_draft import TemplateDraft, draft_template

__all__ = ["Blank", "TemplateDraft", "blank_form", "draft_template", "draw_template", "flatten", "with_examples"]
