package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Owned;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;

/** An encoding step tied to one stream: fixed tensors that a run reads and writes. */
final class EncodeStep implements AutoCloseable {

    private final Owned owned = new Owned();
    private final int frames;
    private final int plane;
    private final float[] staging;
    private final Tensor pixels;
    private final Tensor latent;
    private final Binding binding;

    EncodeStep(VaeStage stage, VaeState state, VaeOptions options) {
        Device device = stage.device();
        frames = stage.graph().frames();
        plane = options.height() * options.width();
        staging = new float[3 * frames * plane];
        try {
            pixels = owned.keep(device.zeros(DType.F32, Shape.of(1, 3, frames, options.height(), options.width())));
            latent = owned.keep(device.zeros(options.latents(), options.latentShape(1)));
            binding = owned.keep(stage.bind(state)).input(VaeGraph.PIXELS, pixels);
            if (stage.session().outputs().contains(VaeGraph.LATENT)) {
                binding.output(VaeGraph.LATENT, latent);
            }
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    /**
     * Encodes some frames; those behind the end are the last one again.
     *
     * @param video [3,total,H,W]
     * @param from  first frame
     */
    void run(float[] video, int total, int from) {
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < frames; i++) {
                int frame = Math.min(from + i, total - 1);
                System.arraycopy(video, (channel * total + frame) * plane, staging, (channel * frames + i) * plane, plane);
            }
        }
        pixels.write(staging);
        binding.run();
    }

    /** As {@link #run(float[], int, int)}, the latent going to one place among others. */
    void run(float[] video, int total, int from, Tensor latents, int index) {
        run(video, total, from);
        try (Tensor place = latents.view(index * latent.shape().elements(), latent.shape())) {
            place.copyFrom(latent);
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
