"""The window. It never imports torch: the networks run in the worker process."""
