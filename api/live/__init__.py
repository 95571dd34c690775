"""Subscriptions: what happens, told to whoever listens.

    hint from Redis, or a slow tick
         │
         ▼          topics.py                        groups.py
       feed.py ──▶ which topics does it concern ──▶ execute and serialise once for all who ask the same and may see
         ▲                                           the same (sight.py) ──▶ each one's pipe
         │                                                                     ├─ sockets.py   graphql-transport-ws
      the history, by position: the database is the record                     └─ events.py    server-sent events

A subscription with `after:` first reads from the database what it missed, and joins the living once it has caught up
with the feed: neither a gap nor a repeat, whatever Redis forgot. docs/live.md tells clients about cursors and codes.
"""
