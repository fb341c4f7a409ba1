"""In which order does the van drive? Tours through the stops of a day."""
