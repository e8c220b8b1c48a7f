"""platform.yaml -> model: read, validate, resolve."""
