"""Registration: where on the page each point of the template lies, and how sure that is."""

from extractor.registration.search import ENOUGH, Registration, follow, register

__all__ = ["ENOUGH", "Registration", "follow", "register"]
