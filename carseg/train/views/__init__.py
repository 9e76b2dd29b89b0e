"""What a network is shown in training: pictures, changed at random."""
