"""model -> chart directory: plan, fill, write."""
