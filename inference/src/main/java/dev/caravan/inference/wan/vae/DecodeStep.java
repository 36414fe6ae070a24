package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Owned;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** A decoding step tied to one stream: fixed tensors that a run reads and writes. */
final class DecodeStep implements AutoCloseable {

    private final Owned owned = new Owned();
    private final Tensor latent;
    private final Tensor decoded;
    private final List<DecodedPicture> pictures = new ArrayList<>();
    private final Binding binding;

    DecodeStep(VaeStage stage, VaeState state, VaeOptions options) {
        Device device = stage.device();
        int frames = stage.graph().frames();
        Shape picture = Shape.of(options.height(), options.width(), 3);
        try {
            latent = owned.keep(device.zeros(options.latents(), options.latentShape(1)));
            decoded = owned.keep(device.zeros(options.compute(), Shape.of(3, frames, options.height(), options.width())));
            Tensor rgb = owned.keep(device.zeros(DType.U8, Shape.of(frames, options.height(), options.width(), 3)));
            for (int i = 0; i < frames; i++) {
                pictures.add(picture(rgb.view(i * picture.elements(), picture), i, options));
            }
            binding = owned.keep(stage.bind(state))
                    .input(VaeGraph.LATENT, latent)
                    .output(VaeGraph.DECODED, decoded)
                    .output(VaeGraph.RGB, rgb);
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    /** One of the frames that every run makes. */
    private DecodedPicture picture(Tensor bytes, int frame, VaeOptions options) {
        owned.keep(bytes);
        Shape plane = Shape.of(options.height(), options.width());
        List<Tensor> planes = new ArrayList<>();
        for (int channel = 0; channel < 3; channel++) {
            planes.add(owned.keep(decoded.view((channel * decoded.shape().dim(1) + frame) * plane.elements(), plane)));
        }
        return new DecodedPicture(bytes, planes);
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

    /** What the last run made. */
    List<DecodedPicture> pictures() {
        return pictures;
    }

    @Override
    public void close() {
        owned.close();
    }
}
