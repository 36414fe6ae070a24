package dev.caravan.inference.ort;

import java.util.OptionalLong;

/**
 * Memory of a device at one moment, in bytes.
 *
 * @param tensors held by tensors; weights and what runs need in between are not among them
 * @param free    what is left for everybody, where the device can tell
 * @param total   what it has, where it can tell
 */
public record MemoryUse(long tensors, OptionalLong free, OptionalLong total) {}
