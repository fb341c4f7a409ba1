"""Add up who may connect to PostgreSQL. Put your own numbers in, and run it."""

# --8<-- [start:sum]
MACHINES = 2

# On each machine: processes, and the connections that one of them may hold at once.
WEB = {
    "WSGI: workers, threads": (4, 8),
    "ASGI: workers, max_size of the pool": (1, 10),
}
ELSEWHERE = {
    "background workers, one job each": (4, 1),
    "cron jobs and migrations": (3, 1),
    "people and monitoring": (5, 1),
    "kept for superusers by PostgreSQL": (3, 1),
}

web = {who: MACHINES * processes * each for who, (processes, each) in WEB.items()}
# During a deployment old processes end while new ones already serve.
web |= {"the same again, while you deploy": sum(web.values())}
elsewhere = {who: processes * each for who, (processes, each) in ELSEWHERE.items()}

for who, connections in (web | elsewhere).items():
    print(f"{connections:5}  {who}")
print(f"{sum((web | elsewhere).values()):5}  is the least that max_connections may be")
# --8<-- [end:sum]
