package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PictureSize;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;

/** Shows which keys are held and where the mouse goes, from the parameter {@code ctrl_input}: for trying controllers. */
public final class ControllerVizPipeline implements Pipeline {

    private final PipelineSchema schema;

    public ControllerVizPipeline(PipelineSchema schema) {
        this.schema = schema;
    }

    @Override
    public PipelineSchema schema() {
        return schema;
    }

    @Override
    public LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException {
        return new ControllerBoard(PictureSize.of(schema, request));
    }
}
