"""What runs beside us: processes, servers under test, PostgreSQL, Valkey, the carriers."""
