package dev.caravan.inference.diffusion;

import java.util.List;
import java.util.Optional;

/**
 * What one chunk is guided by, as numbers (spec models/vace.md §1). Pictures are {@code [3,H,W]} in [-1,1], all of one size.
 *
 * @param width      of a picture, pixels, a multiple of 8
 * @param height     of a picture, pixels, a multiple of 8
 * @param frames     to follow, [3,T,H,W] in [-1,1]
 * @param masks      of those frames, [T,H,W] in [0,1], white where they are generated anew; without masks that is everywhere
 * @param references what things are to look like; beside frames or first and last pictures only one counts
 * @param first      what it is to begin with
 * @param last       what it is to end with
 */
public record VaceGuides(
        int width,
        int height,
        Optional<float[]> frames,
        Optional<float[]> masks,
        List<float[]> references,
        Optional<float[]> first,
        Optional<float[]> last) {

    /** Frames that one picture fills at an end of a chunk. */
    private static final int HELD = 4;

    public VaceGuides {
        references = List.copyOf(references);
    }

    /** Whether a chunk has room for a first and a last picture together. */
    public static boolean roomForBoth(int chunkFrames) {
        return chunkFrames >= 2 * HELD;
    }

    public VaceMode mode() {
        if (first.isPresent() || last.isPresent()) {
            return VaceMode.EXTENSION;
        }
        if (frames.isPresent()) {
            return VaceMode.CONDITIONING;
        }
        return references.isEmpty() ? VaceMode.NONE : VaceMode.REFERENCES;
    }

    /**
     * What is encoded for extension and conditioning.
     *
     * @param chunkFrames of a chunk that is not the first, 4 per latent: an extension has as many, always
     * @throws IllegalArgumentException when there is nothing to encode, or a first and a last picture and no {@link #roomForBoth room}
     */
    public MaskedVideo video(int chunkFrames) {
        return switch (mode()) {
            case EXTENSION -> extension(chunkFrames);
            case CONDITIONING -> given();
            case REFERENCES, NONE -> throw new IllegalArgumentException("without frames and without a first or last one there is no video");
        };
    }

    private MaskedVideo extension(int chunkFrames) {
        if (first.isPresent() && last.isPresent() && !roomForBoth(chunkFrames)) {
            throw new IllegalArgumentException("a first and a last picture do not both go into " + chunkFrames + " frames");
        }
        MaskedVideo video = frames.isPresent()
                ? given().first(chunkFrames)
                : MaskedVideo.generated(new float[3 * chunkFrames * width * height], width, height);
        boolean masked = frames.isPresent() && masks.isPresent();
        first.ifPresent(picture -> video.keep(picture, 0, HELD, masked));
        last.ifPresent(picture -> video.keep(picture, chunkFrames - HELD, HELD, masked));
        return video;
    }

    private MaskedVideo given() {
        float[] video = frames.orElseThrow();
        return masks.map(own -> new MaskedVideo(video, own, width, height))
                .orElseGet(() -> MaskedVideo.generated(video, width, height));
    }

    /** Reference images one after the other: [3,n,H,W]. */
    public float[] referenceVideo() {
        int plane = width * height;
        float[] out = new float[references.size() * 3 * plane];
        for (int i = 0; i < references.size(); i++) {
            for (int c = 0; c < 3; c++) {
                System.arraycopy(references.get(i), c * plane, out, (c * references.size() + i) * plane, plane);
            }
        }
        return out;
    }
}
