"""Documents: from files and folders to pages. PNG, JPEG, BMP, WebP, TIFF and PDF, by content."""

from extractor.documents.input_files import find_documents
from extractor.documents.pages import count_pages, open_pages

__all__ = ["count_pages", "find_documents", "open_pages"]
