package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;

/**
 * Mixes noise into encoded video on the device: {@code noise·n + latents·(1 - n)} (spec models/schedulers.md §5), in fp32 as all
 * arithmetic on latents. Shared by all streams.
 */
public final class LatentMix implements AutoCloseable {

    private final Device device;
    private final OrtSession session;

    public LatentMix(Device device) {
        this.device = device;
        session = device.load(graph(device.provider()));
    }

    static OnnxModel graph(Provider provider) {
        Net net = new Net(new Graph("latent-mix"), Weights.NONE, DType.F32, provider);
        Value latents = net.input("latents", DType.F32, Dim.named("n"));
        Value noise = net.input("noise", DType.F32, Dim.named("n"));
        Value share = net.input("noise_scale", DType.F32, Dim.of(1));
        Value rest = net.input("input_scale", DType.F32, Dim.of(1));
        Value noisy = net.mul("noise", noise, share);
        net.graph().output("mixed", net.add("mix", noisy, net.mul("input", latents, rest)), Dim.named("n"));
        return net.build();
    }

    /**
     * @param latents [F,16,h,w]
     * @param noise   as many numbers
     * @param scale   share of noise, 0..1
     * @return [F,16,h,w]; the caller closes it
     */
    public Tensor mix(Tensor latents, float[] noise, double scale) {
        Shape flat = Shape.of(latents.shape().elements());
        Tensor mixed = device.zeros(DType.F32, latents.shape());
        try (Tensor in = latents.view(flat);
                Tensor out = mixed.view(flat);
                Tensor drawn = device.of(DType.F32, flat, noise);
                Tensor share = device.of(DType.F32, Shape.of(1), new float[] {(float) scale});
                Tensor rest = device.of(DType.F32, Shape.of(1), new float[] {(float) (1 - scale)});
                Binding binding = session.bind()) {
            binding.input("latents", in).input("noise", drawn).input("noise_scale", share).input("input_scale", rest)
                    .output("mixed", out).run();
        } catch (RuntimeException e) {
            mixed.close();
            throw e;
        }
        return mixed;
    }

    @Override
    public void close() {
        session.close();
    }
}
