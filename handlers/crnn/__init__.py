"""The recogniser: handwriting in, readings out. Pure model code: no server, no site, no training."""
