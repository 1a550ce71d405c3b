"""Whole folders: a plan, a journal that outlives a power cut, a run whose stages overlap."""
