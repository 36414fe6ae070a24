package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A pipeline of the contract whose network is not built here: it is listed with its settings and files, so that clients find what they
 * know, and loading it ends with the reason and a way round it.
 */
public final class UnbuiltPipeline implements Pipeline {

    private final PipelineSchema schema;
    private final Function<Path, List<String>> missingFiles;
    private final String reason;

    /**
     * @param missingFiles the files it needs and does not find below the models folder, relative to it
     * @param reason       why it cannot be loaded and what to do instead, without the pipeline's id
     */
    public UnbuiltPipeline(PipelineSchema schema, Function<Path, List<String>> missingFiles, String reason) {
        this.schema = schema;
        this.missingFiles = missingFiles;
        this.reason = reason;
    }

    @Override
    public PipelineSchema schema() {
        return schema;
    }

    @Override
    public List<String> missingFiles(Path modelsFolder) {
        return missingFiles.apply(modelsFolder);
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.of(reason);
    }

    @Override
    public LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException {
        throw new PipelineException(
                id() + " cannot be loaded: " + reason + ". To try clients without it start the hub with --stand-in " + id() + "="
                        + StandInPipeline.BEHAVIOUR,
                true);
    }
}
