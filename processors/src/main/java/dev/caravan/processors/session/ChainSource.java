package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineLoader;
import java.util.List;

/** Where sessions get their chains from. */
@FunctionalInterface
interface ChainSource {

    /** See {@link PipelineLoader#acquire}. */
    PipelineLoader.Lease acquire(List<String> nodeIds) throws PipelineException;
}
