package dev.caravan.inference.pipeline;

import java.util.List;

/**
 * What one call of a stream produced.
 *
 * @param frames          pictures handed out
 * @param framesPerSecond the rate they are meant to be played at, or {@link #EVENT_DRIVEN} when they carry the time of their input
 *                        and leave as they come
 * @param refused         parameters it was made without, because they named what is not there
 * @param stages          what took how long, in order; empty for a pipeline that has no stages
 */
public record Chunk(int frames, double framesPerSecond, List<Refusal> refused, List<StageTime> stages) {

    /** The {@link #framesPerSecond()} of pictures that are not paced. */
    public static final double EVENT_DRIVEN = 0;

    public Chunk {
        refused = List.copyOf(refused);
        stages = List.copyOf(stages);
    }

    /** One without stages. */
    public Chunk(int frames, double framesPerSecond, List<Refusal> refused) {
        this(frames, framesPerSecond, refused, List.of());
    }

    /** One that all parameters took part in. */
    public Chunk(int frames, double framesPerSecond) {
        this(frames, framesPerSecond, List.of());
    }
}
