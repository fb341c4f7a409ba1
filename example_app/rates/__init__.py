"""What would it cost to send this? Quotes from five carriers."""
