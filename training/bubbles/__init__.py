"""What is learned about marks in bubbles: from drawn sheets, since how each was marked is known there."""
