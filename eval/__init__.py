"""Answers into figures: gold questions, measures, runs and reports."""
