"""Drawings of what bridges did: as text for a terminal, and as pictures (SVG)."""
