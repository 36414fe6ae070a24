package dev.caravan.inference.ort;

/** Which provider a person asked for. */
public enum DeviceRequest {
    /** CUDA where there is everything it needs, or else the CPU. */
    AUTO,
    /** CUDA or nothing. */
    CUDA,
    CPU
}
