package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.frame.Picture.Rgb24;
import java.util.List;
import java.util.Optional;

/**
 * What guides one chunk through VACE (spec models/vace.md §1).
 *
 * @param inputGuides  whether input pictures guide generation instead of being what it begins from
 * @param references   reference images, for this chunk
 * @param firstFrame   what the chunk is to begin with
 * @param lastFrame    what the chunk is to end with
 * @param contextScale strength of the hints, 0..2
 */
record VaceRequest(
        boolean inputGuides, List<Rgb24> references, Optional<Rgb24> firstFrame, Optional<Rgb24> lastFrame, double contextScale) {

    static final VaceRequest NONE = new VaceRequest(false, List.of(), Optional.empty(), Optional.empty(), 1);

    VaceRequest {
        references = List.copyOf(references);
    }
}
