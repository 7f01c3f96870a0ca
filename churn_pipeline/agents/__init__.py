"""The same answers for agents: a server of the Model Context Protocol, which reads and changes nothing."""
