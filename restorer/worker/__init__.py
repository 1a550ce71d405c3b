"""The process that runs the networks, and the door to it: no window, and no torch on this side."""
