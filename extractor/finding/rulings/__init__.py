"""Straight printed lines: rulings of boxes, rulings to write on, squared and lined paper."""
