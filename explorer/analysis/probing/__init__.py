"""What an encoder's layers know: linear probes, control tasks, cosines."""
