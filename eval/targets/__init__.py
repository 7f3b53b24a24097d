"""What can be asked: an index in this process, a server, any chat endpoint."""
