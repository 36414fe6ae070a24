package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** A decoding step tied to one stream: fixed tensors that a run reads and writes. */
final class DecodeStep implements AutoCloseable {

    private final Tensor latent;
    private final Tensor decoded;
    private final Tensor rgb;
    private final List<Tensor> pictures = new ArrayList<>();
    private final Binding binding;

    DecodeStep(VaeStage stage, VaeState state, VaeOptions options) {
        Device device = stage.device();
        int frames = stage.graph().frames();
        latent = device.zeros(options.latents(), options.latentShape(1));
        decoded = device.zeros(options.compute(), Shape.of(3, frames, options.height(), options.width()));
        rgb = device.zeros(DType.U8, Shape.of(frames, options.height(), options.width(), 3));
        Shape picture = Shape.of(options.height(), options.width(), 3);
        for (int i = 0; i < frames; i++) {
            pictures.add(rgb.view(i * picture.elements(), picture));
        }
        binding = stage.bind(state)
                .input(VaeGraph.LATENT, latent)
                .output(VaeGraph.DECODED, decoded)
                .output(VaeGraph.RGB, rgb);
    }

    /** Decodes one of several latents. */
    void run(Tensor latents, int index) {
        try (Tensor one = latents.view(index * latent.shape().elements(), latent.shape())) {
            latent.copyFrom(one);
        }
        binding.run();
    }

    /** What the last run made, [3,T,H,W], not clamped. */
    Tensor decoded() {
        return decoded;
    }

    /** What the last run made, each [H,W,3]. */
    List<Tensor> pictures() {
        return pictures;
    }

    @Override
    public void close() {
        binding.close();
        pictures.forEach(Tensor::close);
        rgb.close();
        decoded.close();
        latent.close();
    }
}
