"""Photos: uploaded, made safe, kept, and shown to whoever may see what they belong to."""
