"""Templates: what a form looks like, read from YAML and checked strictly."""

from extractor.template.load import load_template
from extractor.template.model import Format, Landmarks, PageSize, Template, TemplateField
from extractor.template.rule import Rule
from extractor.template.write import template_yaml

__all__ = ["Format", "Landmarks", "PageSize", "Rule", "Template", "TemplateField", "load_template", "template_yaml"]
