"""A made-up town in which things happen. Nobody here is real, and no mail leaves the machine."""
