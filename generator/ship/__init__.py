"""chart directory -> world: package, publish."""
