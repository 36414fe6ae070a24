package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.PipelineSchema;

/** Gives the input back: the very same picture, whatever its layout and size. */
public final class PassthroughPipeline extends FrameByFrame {

    public PassthroughPipeline(PipelineSchema schema) {
        super(schema);
    }

    @Override
    Picture apply(Picture picture) {
        return picture;
    }
}
