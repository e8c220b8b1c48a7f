"""The component kinds, each a folder."""
