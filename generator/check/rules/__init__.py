"""Policy rules over rendered objects, one rule a file."""
