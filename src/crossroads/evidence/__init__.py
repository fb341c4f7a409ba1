"""What the site claims, how each claim is proven, and what this build says of it."""
