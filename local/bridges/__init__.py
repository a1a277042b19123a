"""Simulated bridges: a table of openings, and the two shapes in which real sources tell them.

`openings` is what truly happens at the bridges; `road_signals` and `ndw` write it as Gothenburg and
as the Netherlands publish it, `server` serves both over HTTP.
"""
