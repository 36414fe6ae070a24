package dev.caravan.inference.diffusion;

/** Makes 8-bit pictures out of what a video decoder gives. */
public final class VideoPostprocessing {

    private VideoPostprocessing() {}

    /**
     * Pictures of a whole video.
     *
     * @param video [frames,3,pixels], about -1..1
     * @return [frames,pixels,3]
     */
    public static byte[] rgb(float[] video, int frames, int pixels) {
        byte[] out = new byte[Math.multiplyExact(3, Math.multiplyExact(frames, pixels))];
        for (int t = 0; t < frames; t++) {
            rgb(video, 3 * t * pixels, pixels, pixels, out, 3 * t * pixels);
        }
        return out;
    }

    /**
     * One picture: channel c of its pixels lies from {@code from + c · channelStride} on in {@code planes}, and goes to every third byte
     * from {@code to + c} on. Fractions are cut off, not rounded (spec overview.md, last section).
     */
    public static void rgb(float[] planes, int from, int channelStride, int pixels, byte[] out, int to) {
        for (int c = 0; c < 3; c++) {
            int plane = from + c * channelStride;
            for (int i = 0, at = to + c; i < pixels; i++, at += 3) {
                out[at] = (byte) (255 * unit(planes[plane + i]));
            }
        }
    }

    /** -1..1 to 0..1, cut off beyond. */
    static float unit(float value) {
        return Math.max(0f, Math.min(1f, value * 0.5f + 0.5f));
    }
}
