package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.nn.Filters;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Pictures;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.PipelineSchema;
import java.util.function.Supplier;

/** Takes the colour away and keeps the luma of BT.601 (0.299 R + 0.587 G + 0.114 B) on all three channels (contract §4.3). */
public final class GrayPipeline extends FilterPipeline {

    /** @param device where it runs; asked for when it is loaded */
    public GrayPipeline(PipelineSchema schema, Supplier<Device> device) {
        super(schema, device);
    }

    @Override
    Value rgb(Net net, Value rgb) {
        float[][] alike = {{LUMA[0], LUMA[0], LUMA[0]}, {LUMA[1], LUMA[1], LUMA[1]}, {LUMA[2], LUMA[2], LUMA[2]}};
        return Pictures.rounded(net, "gray", Filters.mix(net, "luma", Pictures.numbers(net, "rgb", rgb), alike), 0, 255);
    }

    @Override
    Value luma(Net net, Value luma) {
        return luma;
    }
}
