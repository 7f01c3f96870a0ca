"""Campaigns: drawn with a control group, looked at, and the lists without one."""
