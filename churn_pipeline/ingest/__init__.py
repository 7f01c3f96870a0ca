"""Any shop's file in, a staged ledger out: read, map, clean, merge exactly once, publish. Nothing here judges
quality or infers churn."""
