package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.pipeline.DeviceFailure;
import dev.caravan.inference.pipeline.PipelineException;
import org.jspecify.annotations.Nullable;

/** One session's pictures on their way through a filter. Its only state is tensors of the size that came last. */
final class FilterStream extends FrameByFrame {

    private final LoadedFilter filter;
    private @Nullable FilterTensors tensors;

    FilterStream(LoadedFilter filter) {
        this.filter = filter;
    }

    @Override
    Picture apply(Picture picture) throws PipelineException {
        try {
            return switch (picture) {
                case I420 yuv -> new I420(yuv.width(), yuv.height(), run(yuv, yuv.data()));
                case Rgb24 rgb -> new Rgb24(rgb.width(), rgb.height(), run(rgb, rgb.data()));
                case Encoded encoded -> throw PipelineException.notDecoded(encoded);
            };
        } catch (OrtException e) {
            throw DeviceFailure.ofChunk(filter.id(), "a picture of " + picture.width() + "x" + picture.height(), e);
        }
    }

    private byte[] run(Picture picture, byte[] data) {
        FilterTensors mine = tensors;
        if (mine == null || !mine.fits(picture)) {
            // First, so that the two sizes never take memory together.
            close();
            mine = FilterTensors.of(filter, picture);
            tensors = mine;
        }
        return mine.run(data);
    }

    @Override
    public void close() {
        if (tensors != null) {
            tensors.close();
            tensors = null;
        }
    }
}
