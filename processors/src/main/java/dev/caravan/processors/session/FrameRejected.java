package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;

/**
 * An incoming frame that could not be used when a chunk sampled it (it was accepted undecoded). Given to subscribers so that a route
 * may dead-letter the original bytes.
 */
public record FrameRejected(Frame frame, String reason) {}
