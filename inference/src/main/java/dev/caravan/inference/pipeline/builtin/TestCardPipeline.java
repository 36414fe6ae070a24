package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PictureSize;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import java.time.InstantSource;

/** A moving test picture that shows prompt, counter and clock, so that every path can be tried without a model. */
public final class TestCardPipeline implements Pipeline {

    private final PipelineSchema schema;
    private final InstantSource clock;

    public TestCardPipeline(PipelineSchema schema, InstantSource clock) {
        this.schema = schema;
        this.clock = clock;
    }

    @Override
    public PipelineSchema schema() {
        return schema;
    }

    @Override
    public LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException {
        return new TestCard(PictureSize.of(schema, request), schema.defaultMode(), schema.name(), clock);
    }
}
