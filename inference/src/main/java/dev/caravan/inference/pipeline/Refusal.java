package dev.caravan.inference.pipeline;

/**
 * A parameter that a chunk was made without.
 *
 * @param key     its name
 * @param message one line for whoever sent it: what is wrong and what to do; without a folder of this machine
 */
public record Refusal(String key, String message) {}
