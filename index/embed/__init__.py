"""Text into vectors: any sentence-transformers model, exported once, run by ONNX Runtime."""
