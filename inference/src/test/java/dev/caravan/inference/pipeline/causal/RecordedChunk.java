package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.text.Conditioning;
import dev.caravan.inference.wan.vae.VideoCodec;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Everything that can be seen of how one chunk was made. */
final class RecordedChunk implements ChunkProbe, VideoCodec.PictureSink {

    record Step(CachePass pass, int timestep, float[] x, float[] x0) {}

    int start;
    int startAfter;
    boolean anew;
    Conditioning conditioning;
    float[] video = {};
    float[] encoded = {};
    double noiseScale;
    float[] recached = {};
    final List<Step> steps = new ArrayList<>();
    float[] latents = {};
    int pictures;
    private final ByteArrayOutputStream rgb = new ByteArrayOutputStream();
    private final List<float[]> numbers = new ArrayList<>();
    private int pixels;

    @Override
    public void begins(int startFrame, boolean begunAnew, Conditioning text) {
        start = startFrame;
        anew = begunAnew;
        conditioning = text;
    }

    @Override
    public void encoded(float[] pixelsIn, Tensor latentsOut, double scale) {
        video = pixelsIn;
        encoded = latentsOut.floats();
        noiseScale = scale;
    }

    @Override
    public void recache(CachePass pass, Tensor newest) {
        recached = newest.floats();
    }

    @Override
    public void stepBegins(CachePass pass, float timestep, Tensor x) {
        steps.add(new Step(pass, (int) timestep, x.floats(), new float[0]));
    }

    @Override
    public void stepDone(Tensor x0) {
        Step begun = steps.removeLast();
        steps.add(new Step(begun.pass(), begun.timestep(), begun.x(), x0.floats()));
    }

    @Override
    public void finished(Tensor clean) {
        latents = clean.floats();
    }

    @Override
    public void decoded(VideoCodec.Decoded picture) {
        numbers.add(picture.numbers());
        accept(picture.rgb());
    }

    @Override
    public void accept(byte[] samples) {
        pictures++;
        pixels = samples.length / 3;
        rgb.writeBytes(samples);
    }

    /** [3,H,W] of the last input frame. */
    float[] lastFrame() {
        int frames = video.length / 3 / pixels;
        float[] last = new float[3 * pixels];
        for (int c = 0; c < 3; c++) {
            System.arraycopy(video, (c * frames + frames - 1) * pixels, last, c * pixels, pixels);
        }
        return last;
    }

    /** All pictures, 0..255. */
    float[] samples() {
        byte[] bytes = rgb.toByteArray();
        float[] out = new float[bytes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = bytes[i] & 255;
        }
        return out;
    }

    /** All pictures [T,H,W,3], 0..1. */
    float[] shares() {
        float[] out = new float[numbers.size() * 3 * pixels];
        for (int picture = 0; picture < numbers.size(); picture++) {
            for (int i = 0; i < 3 * pixels; i++) {
                out[picture * 3 * pixels + i] = (numbers.get(picture)[i % 3 * pixels + i / 3] + 1) / 2;
            }
        }
        return out;
    }
}
