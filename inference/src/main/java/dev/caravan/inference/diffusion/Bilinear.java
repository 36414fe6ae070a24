package dev.caravan.inference.diffusion;

/**
 * Bilinear resize in fp32 as PyTorch does it with {@code align_corners=False} and no antialias: pixel centres are aligned, the aspect ratio
 * is not kept (spec overview.md §4). The hub's own {@code frame.Resize} has 8-bit weights, which is not what networks were trained with.
 */
final class Bilinear {

    private final int[] lower;
    private final int[] upper;
    private final float[] weight;

    /**
     * Where each output position of one axis lies between two input positions.
     *
     * @param from  first of the {@code out} output positions that are wanted
     * @param count how many
     */
    private Bilinear(int in, int out, int from, int count) {
        lower = new int[count];
        upper = new int[count];
        weight = new float[count];
        float scale = (float) in / out;
        for (int i = 0; i < count; i++) {
            float position = Math.max(0, scale * (from + i + 0.5f) - 0.5f);
            lower[i] = Math.min((int) position, in - 1);
            upper[i] = Math.min(lower[i] + 1, in - 1);
            weight[i] = position - lower[i];
        }
    }

    /**
     * Resizes into planes: channel c of the result begins at {@code offset + c · channelStride}; values 0..255.
     */
    static void resize(Raster in, int width, int height, float[] out, int offset, int channelStride) {
        resize(in, new Bilinear(in.width(), width, 0, width), new Bilinear(in.height(), height, 0, height), out, offset, channelStride);
    }

    /**
     * Resizes so that a picture of this size is covered, keeping the aspect ratio, and cuts out the middle (spec models/vace.md §1). Only
     * what is kept is computed. A plane per channel; values 0..255.
     */
    static float[] cover(Raster in, int width, int height) {
        double ratio = Math.max((double) height / in.height(), (double) width / in.width());
        // At least as large as wanted: in double, h·(H/h) may come out just below H.
        int resizedWidth = Math.max(width, (int) (in.width() * ratio));
        int resizedHeight = Math.max(height, (int) (in.height() * ratio));
        float[] out = new float[in.channels() * width * height];
        resize(in, new Bilinear(in.width(), resizedWidth, (resizedWidth - width) / 2, width),
                new Bilinear(in.height(), resizedHeight, (resizedHeight - height) / 2, height), out, 0, width * height);
        return out;
    }

    private static void resize(Raster in, Bilinear columns, Bilinear rows, float[] out, int offset, int channelStride) {
        int width = columns.weight.length;
        int height = rows.weight.length;
        // Each input row is stretched once, and kept while it is the upper or the lower one of an output row.
        float[] above = new float[in.channels() * width];
        float[] below = new float[in.channels() * width];
        int aboveRow = -1;
        int belowRow = -1;
        for (int y = 0; y < height; y++) {
            if (aboveRow != rows.lower[y] && belowRow == rows.lower[y]) {
                float[] swap = above;
                above = below;
                below = swap;
                aboveRow = belowRow;
                belowRow = -1;
            }
            if (aboveRow != rows.lower[y]) {
                aboveRow = rows.lower[y];
                columns.stretch(in, aboveRow, above);
            }
            if (belowRow != rows.upper[y]) {
                belowRow = rows.upper[y];
                columns.stretch(in, belowRow, below);
            }
            float weight = rows.weight[y];
            for (int c = 0; c < in.channels(); c++) {
                int to = offset + c * channelStride + y * width;
                int from = c * width;
                for (int x = 0; x < width; x++) {
                    out[to + x] = (1 - weight) * above[from + x] + weight * below[from + x];
                }
            }
        }
    }

    /** One input row at the output's width, the channels one after the other. */
    private void stretch(Raster in, int row, float[] line) {
        int channels = in.channels();
        int width = weight.length;
        byte[] data = in.data();
        int start = row * in.width() * channels;
        for (int c = 0; c < channels; c++) {
            for (int x = 0; x < width; x++) {
                float left = data[start + lower[x] * channels + c] & 255;
                float right = data[start + upper[x] * channels + c] & 255;
                line[c * width + x] = (1 - weight[x]) * left + weight[x] * right;
            }
        }
    }
}
