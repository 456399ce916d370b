"""What WeChat's own message XML says, for every format that carries it."""
