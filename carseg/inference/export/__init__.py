"""A checkpoint as a file for other engines: ONNX, OpenVINO, TorchScript."""
