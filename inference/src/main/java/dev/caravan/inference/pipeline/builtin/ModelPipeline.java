package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PictureSize;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * A pipeline that needs model files: checks its load parameters and its files. This build has no engine to run the models,
 * so that loading ends with a reason at the latest after that.
 */
public final class ModelPipeline implements Pipeline {

    private final PipelineSchema schema;
    private final boolean generative;
    private final Function<Path, List<String>> missingFiles;

    /**
     * @param generative   whether its sizes have to be multiples of 16
     * @param missingFiles the files it needs and does not find below the models folder, relative to it
     */
    public ModelPipeline(PipelineSchema schema, boolean generative, Function<Path, List<String>> missingFiles) {
        this.schema = schema;
        this.generative = generative;
        this.missingFiles = missingFiles;
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
    public LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException {
        if (generative) {
            PictureSize.ofGenerative(schema, request);
        }
        progress.stage("Looking for model files...");
        List<String> missing = missingFiles(request.modelsFolder());
        if (!missing.isEmpty()) {
            throw PipelineException.missingFiles(id(), missing);
        }
        throw new PipelineException(
                "The model files of " + id() + " are complete, but the inference engine for it is not part of this build yet;"
                        + " start the hub with --stand-in " + id() + "=" + StandInPipeline.BEHAVIOUR + " to try clients without it.",
                true);
    }
}
