"""What the devices of one network say of each other, seen together: facts of the organisation."""
