"""chart directory -> findings: lint, render, schemas, policies."""
