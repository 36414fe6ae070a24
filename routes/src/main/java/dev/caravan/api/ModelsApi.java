package dev.caravan.api;

import dev.caravan.inference.model.DownloadProgress;
import dev.caravan.inference.model.ModelDownloads;
import java.util.LinkedHashMap;
import java.util.Map;

/** Whether a pipeline's files are there, and fetching them (contract §1.3). */
public final class ModelsApi extends ApiRoutes {

    private final ModelDownloads downloads;

    public ModelsApi(ModelDownloads downloads) {
        super("models", "Files that pipelines need");
        this.downloads = downloads;
    }

    @Override
    protected void operations() {
        get("/api/v1/models/status", "getModelStatus", "Whether a pipeline's files are there", this::status)
                .requiredQuery("pipeline_id", "pipeline id")
                .answers(422, "no pipeline_id");
        post("/api/v1/models/download", "downloadModel", "Fetch a pipeline's missing files in the background", this::download)
                .jsonBody("pipeline_id", Map.of("pipeline_id", "longlive"))
                .answers(400, "empty pipeline_id")
                .answers(409, "a download of this pipeline is under way");
    }

    Reply status(Request request) {
        ModelDownloads.Status status = downloads.status(request.requireQuery("pipeline_id"));
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("downloaded", status.downloaded());
        out.put("progress", status.progress().map(ModelsApi::json).orElse(null));
        return Reply.json(out);
    }

    Reply download(Request request) {
        Fields fields = Fields.ofBody(request.requireObject());
        String pipelineId = fields.requireText("pipeline_id");
        fields.check();
        if (pipelineId.isEmpty()) {
            throw ApiError.badRequest("pipeline_id is required");
        }
        return switch (downloads.start(pipelineId)) {
            case STARTED -> Reply.json(Map.of("message", "Model download started for " + pipelineId));
            case ALREADY_RUNNING -> throw new ApiError(409, "Download already in progress for " + pipelineId);
        };
    }

    private static Map<String, Object> json(DownloadProgress progress) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("is_downloading", progress.isDownloading());
        out.put("percentage", progress.percentage());
        out.put("current_artifact", progress.currentArtifact());
        // Ours, beside the contract's keys.
        out.put("downloaded_bytes", progress.bytesDone());
        out.put("total_bytes", progress.bytesTotal());
        out.put("bytes_per_second", progress.bytesPerSecond());
        out.put("seconds_left", progress.secondsLeft().isPresent() ? progress.secondsLeft().getAsLong() : null);
        progress.error().ifPresent(error -> out.put("error", error)); // clients look for the key, not for its value
        return out;
    }
}
