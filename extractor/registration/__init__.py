"""Registration: where on the page each point of the template lies, and how sure that is."""

from extractor.registration.search import ENOUGH, Registration, register

__all__ = ["ENOUGH", "Registration", "register"]
