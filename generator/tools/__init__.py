"""The only modules that start processes."""
