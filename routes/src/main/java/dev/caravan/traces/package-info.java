/**
 * Traces: which way a single frame, chunk, control or call took through the hub, and how long each part was.
 *
 * <p>{@link dev.caravan.traces.HubTraces} makes the OpenTelemetry SDK, sends what is finished to a collector and hangs on the router;
 * {@link dev.caravan.traces.FrameTraces} follows what sessions do. Read these two first. Only this room knows OpenTelemetry, and nothing of
 * it is loaded while traces are off. {@code docs/traces.md} lists the spans.
 */
@NullMarked
package dev.caravan.traces;

import org.jspecify.annotations.NullMarked;
