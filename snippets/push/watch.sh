#!/bin/sh
# --8<-- [start:watch]
# PAGE: the customer's page that report.sh names, at the address that customers use.
# --no-buffer shows each part as it comes: what then comes in heaps, a proxy has collected.
curl --fail --no-buffer --silent --show-error "${PAGE}stream/"
# --8<-- [end:watch]
