package dev.caravan.inference.pipeline;

/**
 * What one call of a stream produced.
 *
 * @param frames          pictures handed out
 * @param framesPerSecond the rate they are meant to be played at, or {@link #EVENT_DRIVEN} when they carry the time of their input
 *                        and leave as they come
 */
public record Chunk(int frames, double framesPerSecond) {

    /** The {@link #framesPerSecond()} of pictures that are not paced. */
    public static final double EVENT_DRIVEN = 0;
}
