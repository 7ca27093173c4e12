"""The pages of staffing, one module per kind of thing."""
