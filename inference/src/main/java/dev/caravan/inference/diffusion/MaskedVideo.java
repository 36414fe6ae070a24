package dev.caravan.inference.diffusion;

import java.util.Arrays;

/**
 * Frames with masks that say what of them is generated anew (spec models/vace.md §2). The arrays are shared, not copied.
 *
 * @param frames [3,T,H,W] in [-1,1]
 * @param masks  [T,H,W] in [0,1]; above 0.5 is generated, the rest is kept
 * @param width  of a frame, pixels, a multiple of 8
 * @param height of a frame, pixels, a multiple of 8
 */
public record MaskedVideo(float[] frames, float[] masks, int width, int height) {

    /** A latent pixel stands for as many pixels of either axis. */
    private static final int SIDE = 8;
    /** And for so many frames. */
    private static final int FRAMES = 4;
    /** Mask values of one latent pixel. */
    public static final int PLANES = SIDE * SIDE;
    /** Masks above are for generating. */
    private static final float HALF = 0.5f;
    private static final int COLOURS = 3;

    public MaskedVideo {
        int plane = Math.multiplyExact(width, height);
        if (width < SIDE || height < SIDE || width % SIDE != 0 || height % SIDE != 0) {
            throw new IllegalArgumentException("a masked video has sides that are multiples of " + SIDE + "; " + width + "x" + height + " given");
        }
        if (masks.length < plane || masks.length % plane != 0 || frames.length != (long) COLOURS * masks.length) {
            throw new IllegalArgumentException(
                    frames.length + " numbers of frames and " + masks.length + " of masks do not go together at " + width + "x" + height);
        }
    }

    /** A video of which everything is generated anew: its frames only show the way. */
    static MaskedVideo generated(float[] frames, int width, int height) {
        float[] masks = new float[frames.length / COLOURS];
        Arrays.fill(masks, 1);
        return new MaskedVideo(frames, masks, width, height);
    }

    /** T. */
    public int count() {
        return masks.length / (width * height);
    }

    /** What is kept, [3,T,H,W]; the rest is grey. */
    public float[] inactive() {
        return where(false);
    }

    /** What is generated anew, [3,T,H,W]; the rest is grey. */
    public float[] reactive() {
        return where(true);
    }

    private float[] where(boolean generated) {
        float[] out = new float[frames.length];
        for (int colour = 0; colour < frames.length; colour += masks.length) {
            for (int i = 0; i < masks.length; i++) {
                if (masks[i] > HALF == generated) {
                    out[colour + i] = frames[colour + i];
                }
            }
        }
        return out;
    }

    /** Whether nothing is kept. */
    public boolean allGenerated() {
        for (float mask : masks) {
            if (!(mask > HALF)) {
                return false;
            }
        }
        return true;
    }

    /** Latent frames this makes, n. */
    public int latents() {
        return Math.ceilDiv(count(), FRAMES);
    }

    /**
     * The masks as they are, the 64 values of a latent pixel as its channels (dy·8 + dx), of the frame that is nearest in time.
     *
     * @return [n,64,H/8,W/8]
     */
    public float[] planes() {
        int rows = height / SIDE;
        int columns = width / SIDE;
        int latents = latents();
        float[] out = new float[latents * PLANES * rows * columns];
        for (int n = 0; n < latents; n++) {
            int frame = (2 * n + 1) * count() / (2 * latents) * width * height;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int channel = n * PLANES + y % SIDE * SIDE + x % SIDE;
                    out[(channel * rows + y / SIDE) * columns + x / SIDE] = masks[frame + y * width + x];
                }
            }
        }
        return out;
    }

    /** The first frames with their masks; the last one again where there are too few. Copies. */
    MaskedVideo first(int wanted) {
        int plane = width * height;
        int count = count();
        float[] someFrames = new float[COLOURS * wanted * plane];
        float[] someMasks = new float[wanted * plane];
        for (int t = 0; t < wanted; t++) {
            int from = Math.min(t, count - 1);
            System.arraycopy(masks, from * plane, someMasks, t * plane, plane);
            for (int c = 0; c < COLOURS; c++) {
                System.arraycopy(frames, (c * count + from) * plane, someFrames, (c * wanted + t) * plane, plane);
            }
        }
        return new MaskedVideo(someFrames, someMasks, width, height);
    }

    /**
     * Puts a picture that is kept into some frames, in place.
     *
     * @param picture        [3,H,W]
     * @param whereGenerated only into what was to be generated; else into all of them
     */
    void keep(float[] picture, int firstFrame, int howMany, boolean whereGenerated) {
        int plane = width * height;
        int count = count();
        for (int t = firstFrame; t < firstFrame + howMany; t++) {
            for (int i = 0; i < plane; i++) {
                if (!whereGenerated || masks[t * plane + i] > HALF) {
                    masks[t * plane + i] = 0;
                    for (int c = 0; c < COLOURS; c++) {
                        frames[(c * count + t) * plane + i] = picture[c * plane + i];
                    }
                }
            }
        }
    }
}
