"""Chaos: a town under load while everything is killed, and then the question who was told.

    run ─┬─ parts       API, two notifiers, two digest workers, Valkey, an SMTP server: real processes, killed at random
         ├─ load        residents and staff, GraphQL over HTTP, each mutation repeated until it is answered
         ├─ troubles    SIGKILL, FLUSHALL, dropped database connections, a moved clock, a server that misbehaves
         └─ verdict     what arrived in the mailbox  ⇄  oracle: who had to be told, by history alone

`python -m bench.chaos --kills 50 --seed 1` ends with one line: `lost 0, twice 0, unknown 7`. With `--bug` a mistake is
put into the workers on purpose, to see whether all this would notice.
"""
