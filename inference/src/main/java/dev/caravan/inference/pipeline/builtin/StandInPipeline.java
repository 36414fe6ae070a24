package dev.caravan.inference.pipeline.builtin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PictureSize;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import java.time.InstantSource;

/**
 * The test card under the id of a pipeline whose model is not at hand, to try clients with ({@code --stand-in longlive=test-card}).
 *
 * <p>It has the other's schema, default mode, sizes and their checks, and never pretends: the picture names it, and so does the schema
 * in {@code description} and {@link PipelineSchema#STAND_IN}. Because it needs neither a model nor a GPU, the schema does not ask for them.
 */
public final class StandInPipeline implements Pipeline {

    /** The id of the pipeline that really runs. */
    public static final String BEHAVIOUR = "test-card";

    private final PipelineSchema schema;
    private final boolean generative;
    private final InstantSource clock;

    /**
     * @param stoodFor   schema of the pipeline whose place is taken
     * @param generative whether its sizes have to be multiples of 16
     */
    public StandInPipeline(PipelineSchema stoodFor, boolean generative, InstantSource clock) {
        ObjectNode json = stoodFor.json().deepCopy();
        json.put("description", "Stand-in: the test card answers in place of " + stoodFor.name() + ". " + json.path("description").asText());
        json.putNull("estimated_vram_gb");
        json.put("requires_models", false);
        json.put(PipelineSchema.STAND_IN, BEHAVIOUR);
        this.schema = new PipelineSchema(json);
        this.generative = generative;
        this.clock = clock;
    }

    @Override
    public PipelineSchema schema() {
        return schema;
    }

    @Override
    public LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException {
        PictureSize size = generative ? PictureSize.ofGenerative(schema, request) : PictureSize.of(schema, request);
        return new TestCard(size, schema.defaultMode(), "stand-in for " + id(), clock);
    }
}
