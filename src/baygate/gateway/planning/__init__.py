"""Planning: pure, without I/O or clock. Operation x shape x Access -> Plan."""
