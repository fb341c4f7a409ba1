"""What happens to parcels in a depot, heard at once: hand scanners and the dispatcher's board."""
