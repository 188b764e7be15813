"""Generated pages and what makes them."""
