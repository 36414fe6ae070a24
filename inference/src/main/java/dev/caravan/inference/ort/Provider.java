package dev.caravan.inference.ort;

/** What runs a graph. */
public enum Provider {
    CPU,
    CUDA
}
