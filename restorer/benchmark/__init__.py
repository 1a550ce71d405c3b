"""What `restorer benchmark` measures: quality by the papers' protocols, time and memory."""
