"""One durable job for every kind of work: claiming, leases, heartbeats, requeueing, sending and giving up."""
