"""A chart as Helm itself reads it: its archive, its .helmignore, its Chart.yaml."""
