package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import java.util.List;

/** A stream through the Wan VAE (spec vae.md §3). */
final class WanCodec extends StreamCodec {

    private final WanVae vae;
    private final DecodeStep decodeFirst;
    private final DecodeStep decode;

    WanCodec(WanVae vae, Device device) {
        super(vae.options(), device, List.of(vae.encodeFirst(), vae.encode()), List.of(vae.decodeFirst(), vae.decode()));
        this.vae = vae;
        this.decodeFirst = decoder(vae.decodeFirst());
        this.decode = decoder(vae.decode());
    }

    @Override
    void decodeEach(Tensor latents, int count, Ran ran) {
        for (int i = 0; i < count; i++) {
            DecodeStep step = starts() ? decodeFirst : decode;
            started();
            step.run(latents, i);
            ran.accept(step, 0);
        }
    }

    /** Until the first decode every encode begins anew. */
    private boolean begins(Memory memory) {
        return starts() || memory == Memory.NONE;
    }

    @Override
    int latentFrames(int frames, Memory memory) {
        if (begins(memory)) {
            return 1 + (frames - 1) / VaeOptions.FRAMES;
        }
        if (frames % VaeOptions.FRAMES != 0) {
            throw new IllegalArgumentException("a stream that has begun takes a multiple of " + VaeOptions.FRAMES + " frames, " + frames
                    + " given");
        }
        return frames / VaeOptions.FRAMES;
    }

    @Override
    void encodeInto(Tensor latents, float[] pixels, int frames, Memory memory) {
        EncoderMemory encoder = memory(memory == Memory.NONE ? Memory.NONE : Memory.STREAM);
        int made = 0;
        int from = 0;
        if (begins(memory)) {
            encoder.state().zero();
            encoder.step(vae.encodeFirst()).run(pixels, frames, 0, latents, made++);
            from = 1;
        }
        for (; from + VaeOptions.FRAMES <= frames; from += VaeOptions.FRAMES) {
            encoder.step(vae.encode()).run(pixels, frames, from, latents, made++);
        }
        if (from < frames && memory != Memory.NONE) {
            encoder.step(vae.encodeTail(frames - from)).run(pixels, frames, from);
        }
    }
}
