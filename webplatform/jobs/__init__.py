"""One durable job: what claiming, leases, heartbeats, requeueing, sending and giving up are, for every kind of work."""
