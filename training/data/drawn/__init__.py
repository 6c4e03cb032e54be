"""Digits drawn as a whole, in styles that MNIST, written in the USA, hardly has: 0 to 4 in `low`, 5, 8 and 9 in
`high`, 7 in `sevens`, and those along the segments of a display in `segments`.

Each function takes the ink that it replaces, the generator of what is one writer's own, and that of the moment.
"""
