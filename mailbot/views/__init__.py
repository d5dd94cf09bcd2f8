"""Views: what people read about the desk; they only read."""
