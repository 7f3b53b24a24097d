"""Figures of quality and speed against something to compare them with."""
