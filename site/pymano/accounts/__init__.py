"""People: sign-up, sign-in, profile, export, deletion, and the tokens that programs use."""
