"""Cards for the simulators: what each kind answers on the air."""
