package dev.caravan.inference.pipeline;

import dev.caravan.inference.frame.Picture.Rgb24;

/** Opens the pictures that parameters name by their paths: reference images, first and last frames. Thread-safe. */
@FunctionalInterface
public interface PictureFiles {

    /** Where there are none. */
    PictureFiles NONE = path -> {
        throw new PipelineException("there are no pictures here; upload it with POST /api/v1/assets first", false);
    };

    /**
     * A picture, decoded.
     *
     * @param path as a client names it; only what lies in the assets folder is opened
     * @throws PipelineException in one line without the folder, when there is no such picture or it cannot be read; never fatal
     */
    Rgb24 open(String path) throws PipelineException;
}
