"""Jobs for those who wait elsewhere: started in a process of their own or by a daemon, followed by Dagster's
event log, cancelled. Nothing is executed in the process that asks."""
