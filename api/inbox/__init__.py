"""What a person is told, and when: notifications, digests and preferences."""
