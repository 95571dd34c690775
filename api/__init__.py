"""The GraphQL edge: parse, act, present. Rules live in casework."""
