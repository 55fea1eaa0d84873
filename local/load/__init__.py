"""`make bench-load`: many users at once, made by locust, and what the product makes of them."""
