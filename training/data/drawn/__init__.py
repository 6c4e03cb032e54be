"""Digits drawn as a whole, in styles that MNIST, written in the USA, hardly has: 0 to 4 in `low`, 5 to 9 in `high`, and
those along the segments of a display in `segments`.

Each function takes the ink that it replaces, the generator of what is one writer's own, and that of the moment.
"""
