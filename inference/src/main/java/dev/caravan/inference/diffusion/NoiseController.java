package dev.caravan.inference.diffusion;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How much noise a chunk made from video gets: less when much moves in it, so that motion is followed, more when it rests (spec
 * schedulers.md §6). The state of one stream; not thread-safe.
 */
public final class NoiseController {

    private static final double MOST = 0.8;
    private static final double SPAN = 0.2;
    /** Root mean square difference of two frames, on the scale -1..1, that counts as full motion. */
    private static final double FULL_MOTION = 0.2;
    private static final double INERTIA = 0.1;

    private final int chunkFrames;
    private final boolean bf16;
    private double noiseScale;
    private float @Nullable [] lastFrame;

    /**
     * @param chunkFrames  how many of the newest pixel frames are looked at: as many as a chunk has latents
     * @param precision    of the reference's arithmetic, F32 or BF16
     * @param initialScale the noise scale before anything was sent, 0..1
     */
    public NoiseController(int chunkFrames, DType precision, double initialScale) {
        if (chunkFrames < 1) {
            throw new IllegalArgumentException("at least 1 frame is looked at; " + chunkFrames + " given");
        }
        this.chunkFrames = chunkFrames;
        this.bf16 = Precision.isBf16(precision);
        this.noiseScale = initialScale;
    }

    /** Forgets the last frame, as caches are reset; the noise scale stays. */
    public void reset() {
        lastFrame = null;
    }

    /** The scale of the last chunk. */
    public double noiseScale() {
        return noiseScale;
    }

    /** The scale of a chunk while the controller is switched off: the one sent, else the last one. Its frames are not looked at. */
    public double hold(OptionalDouble sent) {
        noiseScale = sent.orElse(noiseScale);
        return noiseScale;
    }

    /**
     * The scale of the next chunk.
     *
     * @param video  [3,frames,height,width] in [-1,1]
     * @param frames at least as many as are looked at, at the beginning one more
     * @param sent   a scale the caller asks for, from which this one starts; else it is the last one
     * @throws IllegalArgumentException for too few frames, or another picture size than before without a {@link #reset}
     */
    public double next(float[] video, int frames, OptionalDouble sent) {
        if (frames < chunkFrames || lastFrame == null && frames == chunkFrames) {
            throw new IllegalArgumentException(frames + " frames are too few to see motion over " + chunkFrames);
        }
        int numbers = video.length / frames;
        if (lastFrame != null && lastFrame.length != numbers) {
            throw new IllegalArgumentException("pictures of " + numbers / 3 + " pixels follow on those of " + lastFrame.length / 3
                    + "; reset the noise controller when the size changes");
        }
        double motion = motion(video, frames);
        noiseScale = (MOST - SPAN * motion) * (1 - INERTIA) + sent.orElse(noiseScale) * INERTIA;
        lastFrame = frame(video, frames, frames - 1);
        return noiseScale;
    }

    /** The largest difference of one of the newest frames to the one before, 0..1. */
    private double motion(float[] video, int frames) {
        int plane = video.length / 3 / frames;
        double largest = 0;
        for (int t = frames - chunkFrames; t < frames; t++) {
            // The oldest frame looked at is compared with the last chunk's last one, though others of its own chunk may lie between them.
            boolean acrossChunks = lastFrame != null && t == frames - chunkFrames;
            float[] before = acrossChunks ? lastFrame : video;
            double squares = 0;
            for (int c = 0; c < 3; c++) {
                int now = (c * frames + t) * plane;
                squares += squares(video, now, before, acrossChunks ? c * plane : now - plane, plane);
            }
            largest = Math.max(largest, round(Math.sqrt(round(squares / (3.0 * plane)))));
        }
        return Math.clamp(round(largest / FULL_MOTION), 0, 1);
    }

    private double squares(float[] a, int atA, float[] b, int atB, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            float difference = a[atA + i] - b[atB + i];
            if (bf16) {
                difference = Narrow.roundToBf16(difference);
                sum += Narrow.roundToBf16(difference * difference);
            } else {
                sum += difference * difference;
            }
        }
        return sum;
    }

    private double round(double value) {
        return bf16 ? Narrow.roundToBf16((float) value) : (float) value;
    }

    private float[] frame(float[] video, int frames, int t) {
        int plane = video.length / 3 / frames;
        float[] frame = new float[3 * plane];
        for (int c = 0; c < 3; c++) {
            System.arraycopy(video, (c * frames + t) * plane, frame, c * plane, plane);
        }
        return frame;
    }
}
