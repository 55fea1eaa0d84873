"""`make test-faults`: what breaks under a steady load, what clients see of it, and what is kept."""
