"""Commands in the chat: a module a family, one router; docs/commands.md lists them."""
