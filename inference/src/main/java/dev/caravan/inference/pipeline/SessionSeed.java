package dev.caravan.inference.pipeline;

/**
 * What makes one session's stream differ from another's.
 *
 * @param sessionId the session
 */
public record SessionSeed(String sessionId) {}
