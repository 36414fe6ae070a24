package dev.caravan.inference.pipeline;

import dev.caravan.inference.checkpoint.Names;
import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** One call of {@link Pipeline#load}. */
final class LoadJob {

    private final Entry entry;
    /** Guarded by the loader's lock: its thread was interrupted for it. */
    boolean givenUp;

    LoadJob(Entry entry) {
        this.entry = entry;
    }

    Entry entry() {
        return entry;
    }

    Instance run(PipelineRegistry registry, Path modelsFolder, AdapterFolders adapters, Progress progress)
            throws PipelineException, InterruptedException {
        Pipeline pipeline = registry.find(entry.pipelineId()).orElseThrow(() -> unknown(registry));
        LoadRequest request = new LoadRequest(withSeedAlias(entry.loadParameters()), modelsFolder, adapters);
        LoadedPipeline loaded = Objects.requireNonNull(pipeline.load(request, progress), "the pipeline gave no result");
        return new Instance(entry, pipeline.schema(), loaded);
    }

    private PipelineException unknown(PipelineRegistry registry) {
        String known = String.join(", ", registry.all().stream().map(Pipeline::id).toList());
        return new PipelineException("Invalid pipeline ID: " + Names.shown(entry.pipelineId()) + ". Known: " + known, true);
    }

    /** Clients of older versions say {@code seed} (contract V2). */
    private static Map<String, Object> withSeedAlias(Map<String, Object> parameters) {
        if (parameters.get("seed") == null || parameters.get("base_seed") != null) {
            return parameters;
        }
        Map<String, Object> out = new LinkedHashMap<>(parameters);
        out.put("base_seed", out.remove("seed"));
        return out;
    }
}
