"""The REST API: HTTP to and from the functions of service/."""
