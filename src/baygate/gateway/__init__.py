"""The road of a request: Call, Principal, Operation, Access, Plan, Result, Receipt."""
