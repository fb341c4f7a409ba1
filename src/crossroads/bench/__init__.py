"""How facts are made: servers and workloads as tables, one loop over both."""
