"""Where is my parcel? A page for customers, which polls, and one that is told."""
