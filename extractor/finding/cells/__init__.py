"""Rectangles of paper that rulings enclose, and the combs that they make."""
