"""Documents: from files and folders to pages. PNG, JPEG, HEIC, AVIF, BMP, WebP, TIFF and PDF, by content."""

from extractor.documents.input_files import InputFiles, find_documents, find_input_files
from extractor.documents.pages import count_pages, open_page, open_pages

__all__ = ["InputFiles", "count_pages", "find_documents", "find_input_files", "open_page", "open_pages"]
