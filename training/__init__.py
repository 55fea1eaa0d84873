"""Training, evaluation and packaging of the recogniser. Never shipped."""
