package dev.caravan.processors.frames;

import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Finds the one {@link FfmpegPictures} to use. */
final class Pictures {

    private Pictures() {}

    /** The registry's, or the shared one where there is no context or nothing is bound. */
    static FfmpegPictures in(@Nullable CamelContext context) {
        FfmpegPictures bound = context == null ? null : context.getRegistry().findSingleByType(FfmpegPictures.class);
        return bound == null ? FfmpegPictures.shared() : bound;
    }
}
