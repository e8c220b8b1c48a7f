"""Parts that several kinds are made of: the application's container, its values, its schemas."""
