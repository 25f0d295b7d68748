"""Tools of servers that speak the Model Context Protocol: those that a person's own `mcp.yaml` names."""
