"""What happens to service requests: the nouns, the rules over them, and the ledger of events.

Imports none of the other packages and no web, queue, template or mail library.
"""
