"""The Folder page: many photos into a folder, as the command line's `batch` does it."""
