package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.ColorConversion;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.pipeline.PipelineException;

/** What several pipelines do with pictures. */
final class Pictures {

    private Pictures() {}

    /** An I420 picture nobody else has, with the pixels of the given one: its one allocation. */
    static I420 freshCopy(Picture picture) throws PipelineException {
        return switch (picture) {
            case I420 yuv -> new I420(yuv.width(), yuv.height(), yuv.data().clone());
            case Rgb24 rgb -> ColorConversion.toI420(rgb);
            case Encoded encoded -> throw notDecoded(encoded);
        };
    }

    static PipelineException notDecoded(Encoded encoded) {
        return new PipelineException("a pipeline takes decoded pictures; decode this " + encoded.contentType() + " first", false);
    }
}
