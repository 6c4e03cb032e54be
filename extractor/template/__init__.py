"""Templates: what a form looks like, read from YAML and checked strictly."""

from extractor.template.load import load_template
from extractor.template.model import Format, Landmarks, PageSize, TemplateField
from extractor.template.rule import Rule
from extractor.template.table import Table, TableColumn, TableRows
from extractor.template.template import Template
from extractor.template.write import template_yaml

__all__ = [
    "Format",
    "Landmarks",
    "PageSize",
    "Rule",
    "Table",
    "TableColumn",
    "TableRows",
    "Template",
    "TemplateField",
    "load_template",
    "template_yaml",
]
