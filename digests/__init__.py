"""The batched half: what waits is gathered into issues, which go out on their reader's cadence."""
