package dev.caravan.inference.pipeline.causal;

import java.util.List;

/**
 * What one chunk took, in milliseconds, and what it was made of.
 *
 * @param text     the prompt's embedding; next to nothing when it did not change
 * @param encode   of video or of what guides: resize, encode
 * @param past     what is done about past frames before the first step: a recache, a context that is computed anew, averages, a bank
 * @param before   all that comes before the first denoise step
 * @param steps    each denoise step, the noise for the next one included
 * @param decode   up to the last picture
 * @param clean    the pass that stores clean keys and values; 0 where there is none
 * @param first    from the call to the first picture
 * @param total    the whole call
 * @param pictures made
 * @param work     what was computed
 */
public record ChunkTimes(
        double text,
        double encode,
        double past,
        double before,
        List<Double> steps,
        double decode,
        double clean,
        double first,
        double total,
        int pictures,
        Work work) {

    /**
     * One pass of the transformer, counted in latent frames.
     *
     * @param frames passed
     * @param seen   by each of them
     */
    public record Pass(int frames, int seen) {}

    /**
     * What a chunk is computed from.
     *
     * @param steps   denoise steps
     * @param others  passes besides: those over past frames, and the one that stores clean keys and values
     * @param guided  whether the steps had hints
     * @param decoded latent frames
     * @param encoded latent frames, of video and of guides
     * @param singles pictures that were encoded by themselves
     */
    public record Work(List<Pass> steps, List<Pass> others, boolean guided, int decoded, int encoded, int singles) {}
}
