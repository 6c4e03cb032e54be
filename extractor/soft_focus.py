"""Pictures that are a little out of focus, sharpened so that their rulings are seen."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.values import Gray

SOFT = 3.0
"""Pixels over which the strongest edges of a picture rise, from which on it is soft; those of sharp ones rise over 2.3
to 2.7."""

WINDOW = 13
"""Pixels: an edge is compared with the lightest and the darkest so near."""

STRONGEST = 97
"""The percentile of contrast from which on an edge is strong."""

EDGE_OF_SIGMA = 2.5
"""The width of an edge that a Gaussian blur makes of a step, in its standard deviations (the root of 2 pi)."""

SIGMA_SHARP, SIGMA_LEFT = 0.85, 0.7
"""The standard deviation in pixels that edges of sharp pictures have, and that of those of sharpened ones."""

HELD_BACK = 0.01
"""What holds back noise: the share of power that a frequency must have kept to be brought back by half."""


def edge_width(grey: Gray) -> float:
    """Pixels over which the strongest edges of `grey` rise; 0 where it has none."""
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.6)
    around = np.ones((WINDOW, WINDOW), np.uint8)
    contrast = cv2.subtract(cv2.dilate(smooth, around), cv2.erode(smooth, around))
    slopes = [cv2.Sobel(smooth, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1))]
    slope = cv2.dilate(cv2.magnitude(slopes[0], slopes[1]), np.ones((9, 9), np.uint8))
    strong = (contrast >= np.percentile(contrast[::4, ::4], STRONGEST)) & (slope > 0)
    return float(np.median(contrast[strong] / slope[strong])) if strong.any() else 0.0


def sharpened(grey: Gray) -> Gray:
    """`grey` as it would be in better focus, by a Wiener filter for the blur of its edges; itself where it is sharp."""
    width = edge_width(grey)
    if width < SOFT:
        return grey
    sigma = np.sqrt((width / EDGE_OF_SIGMA) ** 2 - SIGMA_SHARP**2)
    height, columns = grey.shape
    room = 32
    tall, wide = (cv2.getOptimalDFTSize(side + room) for side in grey.shape)
    paper = cv2.copyMakeBorder(grey, 0, tall - height, 0, wide - columns, cv2.BORDER_REFLECT).astype(np.float32)
    square = np.fft.fftfreq(tall)[:, None] ** 2 + np.fft.rfftfreq(wide)[None] ** 2
    blur, left = (np.exp(-2 * np.pi**2 * s**2 * square).astype(np.float32) for s in (sigma, SIGMA_LEFT))
    clear = np.fft.irfft2(np.fft.rfft2(paper) * (left * blur / (blur * blur + HELD_BACK)), s=(tall, wide))
    return as_gray(np.clip(clear[:height, :columns], 0, 255).round().astype(np.uint8))
