package dev.caravan.inference.pipeline;

/**
 * How long one stage of a chunk took: {@code denoise}, {@code decode}.
 *
 * <p>It is the time that the session's thread spent in the stage, its wait for the device included. On the CPU that is the work itself. On
 * CUDA work is handed to the device and goes on while the thread is in the next stage already; what a stage left behind is counted where
 * the thread waits for a result, mostly in {@code decode}, which reads pictures. The sum of all stages is right on both.
 *
 * @param stage a name out of the few that the pipeline's code knows, never of a client
 * @param nanos nanoseconds, at least 0
 */
public record StageTime(String stage, long nanos) {}
