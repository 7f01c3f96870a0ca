"""Files on their way into a shop's ledger: received, configured and checked, then taken in by a run."""
