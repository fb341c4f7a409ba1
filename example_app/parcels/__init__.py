"""The parcels on the desk: whose they are, where they are, what happened to them."""
