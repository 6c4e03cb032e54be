"""Registration: where on the page each point of the template lies, and how sure that is."""

from extractor.registration.search import LEAST_FIT, Registration, follow, register

__all__ = ["LEAST_FIT", "Registration", "follow", "register"]
