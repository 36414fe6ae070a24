package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.nn.Filters;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Pictures;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.tensor.Shape;
import java.util.function.Supplier;

/**
 * White lines on black where the brightness changes: the length of Sobel's gradient of the BT.601 luma. The hub's own, after the
 * contract's; needs no model, where {@code scribble} wants a network.
 */
public final class EdgesPipeline extends FilterPipeline {

    /** Brightness of a line per slope: a step over half the range is as white as it gets. */
    private static final float GAIN = 0.5f;

    private static final float BLACK = 16;
    private static final float WHITE = 235;

    /** @param device where it runs; asked for when it is loaded */
    public EdgesPipeline(PipelineSchema schema, Supplier<Device> device) {
        super(schema, device);
    }

    @Override
    Value rgb(Net net, Value rgb) {
        Value luma = Filters.mix(net, "luma", Pictures.numbers(net, "rgb", rgb), new float[][] {{LUMA[0]}, {LUMA[1]}, {LUMA[2]}});
        Value slope = Filters.slope(net, "slope", net.reshape("plane", luma, 0, 0, 0, -1));
        Value lines = Filters.mix(net, "lines", net.reshape("pixels", slope, 0, 0, 0, -1, 1), new float[][] {{GAIN, GAIN, GAIN}});
        return Pictures.rounded(net, "picture", lines, 0, 255);
    }

    @Override
    Value luma(Net net, Value luma) {
        Value slope = Filters.slope(net, "slope", Pictures.numbers(net, "luma", luma));
        Value lines = net.mul("lines", slope, net.constant("lines.gain", Shape.of(), GAIN));
        return Pictures.rounded(net, "picture", net.add("black", lines, net.constant("black.level", Shape.of(), BLACK)), BLACK, WHITE);
    }
}
