"""Everything between a file and its restored copy; knows nothing of windows."""
