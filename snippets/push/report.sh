#!/bin/sh
# --8<-- [start:report]
# As a scanner in a depot. The answer names the customer's page.
: "${HOST:=http://127.0.0.1:8000}" "${NUMBER:=DX00000042}"
curl --fail --silent --show-error --max-time 10 \
    --header "Authorization: Bearer $DESK_TOKEN" \
    --data-urlencode "number=$NUMBER" \
    --data-urlencode "at=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    --data-urlencode "place=Hamburg" \
    --data-urlencode "note=Sorted" \
    "$HOST/api/scans/"
# --8<-- [end:report]
