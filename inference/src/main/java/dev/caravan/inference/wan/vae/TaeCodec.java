package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import java.util.List;

/** A stream through the TAE (spec vae.md §4). */
final class TaeCodec extends StreamCodec {

    /** Pictures of the first latent before its last stand for no time: the video begins with one picture. */
    private static final int BEFORE_THE_VIDEO = VaeOptions.FRAMES - 1;

    private final Tae tae;
    private final DecodeStep decode;

    TaeCodec(Tae tae, Device device) {
        super(tae.options(), device, List.of(tae.encode()), List.of(tae.decode()));
        this.tae = tae;
        this.decode = decoder(tae.decode());
    }

    @Override
    void decodeEach(Tensor latents, int count, Ran ran) {
        for (int i = 0; i < count; i++) {
            decode.run(latents, i);
            ran.accept(decode, starts() ? BEFORE_THE_VIDEO : 0);
            started();
        }
    }

    @Override
    int latentFrames(int frames, Memory memory) {
        return Math.ceilDiv(frames, VaeOptions.FRAMES);
    }

    @Override
    void encodeInto(Tensor latents, float[] pixels, int frames, Memory memory) {
        EncoderMemory encoder = memory(memory);
        if (memory == Memory.NONE) {
            encoder.state().zero();
        }
        for (int i = 0; i < latents.shape().dim(0); i++) {
            encoder.step(tae.encode()).run(pixels, frames, i * VaeOptions.FRAMES, latents, i);
        }
    }
}
