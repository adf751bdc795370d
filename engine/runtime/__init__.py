"""Where the pure rooms, the store and the queue meet: one file per use."""
