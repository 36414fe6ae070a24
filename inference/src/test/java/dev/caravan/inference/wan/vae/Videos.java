package dev.caravan.inference.wan.vae;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Numbers in and out of a codec, in the orders of axes that the recordings have. */
final class Videos {

    private Videos() {}

    /** Swaps the first two axes: {@code [a,b,rest] -> [b,a,rest]}. */
    static float[] swap(float[] values, int a, int b) {
        int rest = values.length / a / b;
        float[] out = new float[values.length];
        for (int i = 0; i < a; i++) {
            for (int j = 0; j < b; j++) {
                System.arraycopy(values, (i * b + j) * rest, out, (j * a + i) * rest, rest);
            }
        }
        return out;
    }

    /** Bytes as a network wants them. */
    static float[] centred(float[] bytes) {
        float[] out = new float[bytes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = bytes[i] / 255 * 2 - 1;
        }
        return out;
    }

    static float[] clamped(float[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.clamp(values[i], -1, 1);
        }
        return out;
    }

    /** Random pixels [3,T,H,W]. */
    static float[] pixels(VaeOptions options, int frames, long seed) {
        Random random = new Random(seed);
        float[] out = new float[3 * frames * options.height() * options.width()];
        for (int i = 0; i < out.length; i++) {
            out[i] = random.nextFloat() * 2 - 1;
        }
        return out;
    }

    /** Random latents [F,16,h,w]. */
    static float[] latents(VaeOptions options, int count, long seed) {
        Random random = new Random(seed);
        float[] out = new float[(int) options.latentShape(count).elements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    /** Some frames of [3,T,H,W]. */
    static float[] frames(float[] video, int total, int from, int to) {
        int plane = video.length / 3 / total;
        float[] out = new float[3 * (to - from) * plane];
        for (int c = 0; c < 3; c++) {
            System.arraycopy(video, (c * total + from) * plane, out, c * (to - from) * plane, (to - from) * plane);
        }
        return out;
    }

    /** Latents [F,16,h,w] of pixels [3,T,H,W]. */
    static float[] encode(VideoCodec codec, float[] pixels, int frames, VideoCodec.Memory memory) {
        try (Tensor latents = codec.encode(pixels, frames, memory)) {
            return latents.floats();
        }
    }

    /** Pictures [T,H,W,3] of latents [F,16,h,w]. */
    static List<byte[]> decode(VideoCodec codec, VaeOptions options, float[] latents) {
        List<byte[]> pictures = new ArrayList<>();
        try (Tensor tensor = tensor(options, latents)) {
            codec.decode(tensor, pictures::add);
        }
        return pictures;
    }

    /** Numbers [3,T,H,W], not clamped, of latents [F,16,h,w]. */
    static float[] decodeRaw(VideoCodec codec, VaeOptions options, float[] latents) {
        int plane = options.height() * options.width();
        List<float[]> frames = new ArrayList<>();
        try (Tensor tensor = tensor(options, latents)) {
            ((StreamCodec) codec).decodeRaw(tensor, (decoded, from) -> {
                int total = decoded.length / 3 / plane;
                for (int frame = from; frame < total; frame++) {
                    frames.add(frames(decoded, total, frame, frame + 1));
                }
            });
        }
        float[] out = new float[3 * frames.size() * plane];
        for (int frame = 0; frame < frames.size(); frame++) {
            for (int c = 0; c < 3; c++) {
                System.arraycopy(frames.get(frame), c * plane, out, (c * frames.size() + frame) * plane, plane);
            }
        }
        return out;
    }

    static float[] part(VaeOptions options, float[] latents, int from, int to) {
        int one = (int) options.latentShape(1).elements();
        return Arrays.copyOfRange(latents, from * one, to * one);
    }

    private static Tensor tensor(VaeOptions options, float[] latents) {
        int count = (int) (latents.length / options.latentShape(1).elements());
        return Ort.cpu().of(DType.F32, options.latentShape(count), latents);
    }
}
