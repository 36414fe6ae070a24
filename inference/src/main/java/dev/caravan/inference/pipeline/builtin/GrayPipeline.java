package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import java.util.Arrays;

/** Takes the colour away and keeps the luma of BT.601 (0.299 R + 0.587 G + 0.114 B), the size and the layout. */
public final class GrayPipeline extends FrameByFrame {

    private static final byte NEUTRAL = (byte) 128;

    public GrayPipeline(PipelineSchema schema) {
        super(schema);
    }

    @Override
    Picture apply(Picture picture) throws PipelineException {
        return switch (picture) {
            case I420 yuv -> {
                byte[] out = Arrays.copyOf(yuv.data(), yuv.data().length);
                Arrays.fill(out, yuv.offsetU(), out.length, NEUTRAL);
                yield new I420(yuv.width(), yuv.height(), out);
            }
            case Rgb24 rgb -> {
                byte[] in = rgb.data();
                byte[] out = new byte[in.length];
                for (int i = 0; i < in.length; i += 3) {
                    // 16-bit fixed point; the three weights add up to 1 exactly, so that white stays white.
                    int luma = 19595 * (in[i] & 255) + 38470 * (in[i + 1] & 255) + 7471 * (in[i + 2] & 255) + (1 << 15) >> 16;
                    out[i] = out[i + 1] = out[i + 2] = (byte) luma;
                }
                yield new Rgb24(rgb.width(), rgb.height(), out);
            }
            case Encoded encoded -> throw Pictures.notDecoded(encoded);
        };
    }
}
