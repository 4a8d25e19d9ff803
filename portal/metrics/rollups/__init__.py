"""Figures that are kept current, so that a report need not count a million leads.

Triggers write down what changes (``triggers``), a sweep folds that into tallies (``folding``), and a reader
adds up tallies and what is not yet folded in one statement (``reading``), so the numbers are those of
the leads at any moment.
"""
