package dev.caravan.inference.wan.vae;

import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Pictures;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;

/** A {@link VaeGraph} under construction: its ends, which all autoencoders have in common, and its states. */
final class VaeStep {

    private final Net net;
    private final VaeOptions options;
    private final Map<String, Shape> reads = new LinkedHashMap<>();
    private final Map<String, Shape> writes = new LinkedHashMap<>();

    VaeStep(String name, Weights weights, VaeOptions options, Provider provider) {
        this.net = new Net(new Graph(options.type().wireName() + "." + name), weights, options.compute(), provider);
        this.options = options;
    }

    Net net() {
        return net;
    }

    /** {@code [1,3,T,H,W]} in [-1,1]. */
    FeatureMap pixels(int frames) {
        Value pixels = net.input(VaeGraph.PIXELS, DType.F32, Dim.of(1, 3, frames, options.height(), options.width()));
        return new FeatureMap(net.cast(VaeGraph.PIXELS, pixels, options.compute()), 3, frames, options.height(), options.width());
    }

    /** {@code [1,16,h,w]}. */
    FeatureMap latent() {
        Value latent = net.input(VaeGraph.LATENT, options.latents(), dims(options.latentShape(1)));
        return latent(net.cast(VaeGraph.LATENT, latent, options.compute()));
    }

    FeatureMap latent(Value value) {
        return new FeatureMap(value, VaeOptions.CHANNELS, 1, options.height() / VaeOptions.SCALE, options.width() / VaeOptions.SCALE);
    }

    /** Gives {@code [1,16,h,w]}, of the computed type, to the outside. */
    void giveLatent(Value latent) {
        net.graph().output(VaeGraph.LATENT, net.cast("encoded", latent, options.latents()), dims(options.latentShape(1)));
    }

    /** Gives {@code [3,T,H,W]}, black -1 and white 1, to the outside, and as bytes. */
    void givePictures(Value decoded, int frames) {
        net.graph().output(VaeGraph.DECODED, decoded, Dim.of(3, frames, options.height(), options.width()));
        net.graph().output(VaeGraph.RGB, Pictures.frames(net, VaeGraph.RGB, decoded), Dim.of(frames, options.height(), options.width(), 3));
    }

    /** What an earlier step left under this name. */
    Value state(String name, Shape shape) {
        reads.put(name, shape);
        return net.input(VaeGraph.input(name), options.compute(), dims(shape));
    }

    /** Leaves something for later steps. When the state is read too, {@code next} must be made after what was read is no longer needed. */
    void leave(String name, Value next, Shape shape) {
        writes.put(name, shape);
        net.graph().output(VaeGraph.output(name), next, dims(shape));
    }

    VaeGraph build(int frames) {
        return new VaeGraph(net.build(), frames, reads, writes);
    }

    private static Dim[] dims(Shape shape) {
        Dim[] dims = new Dim[shape.rank()];
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = Dim.of(shape.dim(axis));
        }
        return dims;
    }
}
