package dev.caravan.inference.diffusion;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import java.util.List;

/**
 * Makes network input out of pictures and masks of any size: picks as many as a chunk needs, resizes, scales (spec overview.md §1, §4).
 * Immutable, thread-safe.
 */
public final class VideoPreprocessing {

    private final int width;
    private final int height;
    private final boolean bf16;
    /** What each 8-bit sample becomes in a video. */
    private final float[] video = new float[256];
    /** And in a mask. */
    private final float[] mask = new float[256];

    /**
     * @param width     of the result, pixels
     * @param height    of the result, pixels
     * @param precision of the reference's arithmetic, F32 or BF16: with BF16 each operation is rounded to what bf16 can hold
     */
    public VideoPreprocessing(int width, int height, DType precision) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a video is at least 1x1; " + width + "x" + height + " asked for");
        }
        this.width = width;
        this.height = height;
        this.bf16 = Precision.isBf16(precision);
        for (int i = 0; i < 256; i++) {
            video[i] = i;
            mask[i] = i;
        }
        scaleVideo(video, 0, 256);
        scaleMask(mask, 0, 256);
    }

    /**
     * Which of a number of pictures to take so that there are {@code wanted}: evenly spaced from the first to the last, some twice where
     * there are too few. A place half-way between two takes the even one.
     */
    public static int[] sample(int pictures, int wanted) {
        if (pictures < 1 || wanted < 1) {
            throw new IllegalArgumentException(wanted + " of " + pictures + " pictures cannot be taken; at least 1 is needed");
        }
        int[] indices = new int[wanted];
        for (int i = 1; i < wanted; i++) {
            long position = (long) i * (pictures - 1);
            long index = position / (wanted - 1);
            long twiceTheRest = 2 * (position % (wanted - 1));
            if (twiceTheRest > wanted - 1 || twiceTheRest == wanted - 1 && index % 2 == 1) {
                index++;
            }
            indices[i] = (int) index;
        }
        return indices;
    }

    /**
     * A video of {@code wanted} frames, sampled from pictures whose sizes may differ.
     *
     * @return [3,wanted,height,width] in [-1,1]
     */
    public float[] video(List<Raster> pictures, int wanted) {
        return planes(pictures, wanted, 3, false);
    }

    /**
     * Masks for {@code wanted} frames.
     *
     * @param masks one channel each
     * @return [1,wanted,height,width] in [0,1], never rounded to bf16
     */
    public float[] masks(List<Raster> masks, int wanted) {
        return planes(masks, wanted, 1, true);
    }

    /**
     * A reference image, or the first or last picture of a chunk: covers the size, the middle is cut out (spec models/vace.md §1).
     *
     * @return [3,height,width] in [-1,1], never rounded to bf16
     */
    public float[] reference(Raster picture) {
        if (picture.channels() != 3) {
            throw new IllegalArgumentException("a reference image has 3 channels; one of " + picture.channels() + " given");
        }
        float[] out = Bilinear.cover(picture, width, height);
        for (int i = 0; i < out.length; i++) {
            out[i] = (out[i] / 255 - 0.5f) / 0.5f;
        }
        return out;
    }

    private float[] planes(List<Raster> pictures, int wanted, int channels, boolean isMask) {
        int pixels = Math.multiplyExact(width, height);
        int channelStride = Math.multiplyExact(wanted, pixels);
        float[] out = new float[Math.multiplyExact(channels, channelStride)];
        int[] sampled = sample(pictures.size(), wanted);
        for (int t = 0; t < wanted; t++) {
            if (t > 0 && sampled[t] == sampled[t - 1]) {
                for (int c = 0; c < channels; c++) {
                    int to = c * channelStride + t * pixels;
                    System.arraycopy(out, to - pixels, out, to, pixels);
                }
            } else {
                picture(pictures.get(sampled[t]), channels, isMask, out, t * pixels, channelStride);
            }
        }
        return out;
    }

    private void picture(Raster picture, int channels, boolean isMask, float[] out, int offset, int channelStride) {
        if (picture.channels() != channels) {
            throw new IllegalArgumentException(
                    "pictures of " + channels + " channels are needed here; one of " + picture.channels() + " given");
        }
        int pixels = width * height;
        if (picture.isOf(width, height)) {
            float[] table = isMask ? mask : video;
            byte[] data = picture.data();
            for (int c = 0; c < channels; c++) {
                int to = offset + c * channelStride;
                for (int i = 0, from = c; i < pixels; i++, from += channels) {
                    out[to + i] = table[data[from] & 255];
                }
            }
            return;
        }
        Bilinear.resize(picture, width, height, out, offset, channelStride);
        for (int c = 0; c < channels; c++) {
            int from = offset + c * channelStride;
            if (isMask) {
                scaleMask(out, from, from + pixels);
            } else {
                scaleVideo(out, from, from + pixels);
            }
        }
    }

    /** 0..255 to -1..1. */
    private void scaleVideo(float[] values, int from, int to) {
        if (bf16) {
            for (int i = from; i < to; i++) {
                float unit = Narrow.roundToBf16(Narrow.roundToBf16(values[i]) / 255);
                values[i] = Narrow.roundToBf16(unit * 2 - 1);
            }
        } else {
            for (int i = from; i < to; i++) {
                values[i] = values[i] / 255 * 2 - 1;
            }
        }
    }

    /** 0..255 to 0..1. */
    private void scaleMask(float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            float value = bf16 ? Narrow.roundToBf16(values[i]) : values[i];
            values[i] = Math.clamp(value / 255, 0f, 1f);
        }
    }
}
