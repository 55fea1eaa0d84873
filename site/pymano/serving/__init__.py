"""The one way to TorchServe: the only code that knows its addresses, its time-outs and its answers."""
