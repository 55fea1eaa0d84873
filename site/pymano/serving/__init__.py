"""The one way to TorchServe, and which versions of the model it serves."""
