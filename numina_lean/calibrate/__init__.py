"""What each gate catches and what it loses, measured on statements whose faults are known."""
