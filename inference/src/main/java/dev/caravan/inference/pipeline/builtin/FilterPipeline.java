package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Pictures;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.pipeline.DeviceFailure;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tensor.DType;
import java.util.function.Supplier;

/**
 * A pipeline that runs a small network of fixed weights on every picture and makes one without colour of the same size and layout. It
 * needs no files, and goes every step a model goes: graph, session, device, tensors.
 *
 * <p>A subclass says what happens to a picture, once for RGB and once for the luma of planes, whose colour needs no look at it at all.
 * Bytes go to the device and bytes come back; all conversion is part of the graph. Sizes are open in the graphs, so that one session
 * serves every size and every stream.
 */
abstract class FilterPipeline implements Pipeline {

    /** Shares of red, green and blue in the luma of BT.601 (ITU-R BT.601-7 §2.5.1). */
    static final float[] LUMA = {0.299f, 0.587f, 0.114f};

    private static final int NEUTRAL = 128;

    private final PipelineSchema schema;
    private final Supplier<Device> device;

    FilterPipeline(PipelineSchema schema, Supplier<Device> device) {
        this.schema = schema;
        this.device = device;
    }

    /** {@code rgb} u8 [1,1,H,W,3] to the same. */
    abstract Value rgb(Net net, Value rgb);

    /** {@code luma} u8 [1,1,H,W], 16 (black) to 235 (white), to the same. */
    abstract Value luma(Net net, Value luma);

    @Override
    public final PipelineSchema schema() {
        return schema;
    }

    @Override
    public final LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException {
        progress.stage("Preparing inference...");
        try {
            Device on = device.get();
            OrtSession rgb = on.load(rgbModel(on.provider()));
            try {
                return new LoadedFilter(id(), on, rgb, on.load(planesModel(on.provider())));
            } catch (OrtException e) {
                rgb.close();
                throw e;
            }
        } catch (OrtException e) {
            throw DeviceFailure.ofLoad(id(), id(), request.modelsFolder(), e);
        }
    }

    /** {@code rgb} to {@code picture}, both u8 [1,1,H,W,3]. */
    final OnnxModel rgbModel(Provider provider) {
        Net net = net("rgb", provider);
        Dim[] shape = {Dim.of(1), Dim.of(1), Dim.named("height"), Dim.named("width"), Dim.of(3)};
        net.graph().output("picture", rgb(net, net.input("rgb", DType.U8, shape)), shape);
        return net.build();
    }

    /** {@code luma} u8 [1,1,H,W] and {@code chroma} u8 [bytes of both planes] to {@code picture} u8 [bytes of all planes]. */
    final OnnxModel planesModel(Provider provider) {
        Net net = net("planes", provider);
        Value luma = net.input("luma", DType.U8, Dim.of(1), Dim.of(1), Dim.named("height"), Dim.named("width"));
        Value chroma = net.input("chroma", DType.U8, Dim.named("chroma"));
        Value filtered = net.reshape("flat", luma(net, luma), -1);
        Value neutral = Pictures.filled(net, "neutral", chroma, NEUTRAL);
        net.graph().output("picture", net.concat("planes", 0, filtered, neutral), Dim.named("picture"));
        return net.build();
    }

    private Net net(String layout, Provider provider) {
        return new Net(new Graph(id() + " of " + layout), Weights.NONE, DType.F32, provider);
    }
}
