"""All services of an installation as processes of one: started together, looked after, stopped together."""
