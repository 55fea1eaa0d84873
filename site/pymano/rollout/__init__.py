"""A version on trial: as a canary it answers a share of the users, in the shadow it answers nobody."""
