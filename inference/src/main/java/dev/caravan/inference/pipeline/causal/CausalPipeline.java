package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.pipeline.DeviceFailure;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A causal video model as a pipeline: checks what was asked for and what is on disk, then builds and loads the networks. */
public final class CausalPipeline implements Pipeline {

    private static final Logger LOG = LoggerFactory.getLogger(CausalPipeline.class);

    private final CausalFamily family;
    private final PipelineSchema schema;
    private final Function<Path, List<String>> missingFiles;
    private final Supplier<Device> device;

    /**
     * @param missingFiles the files it needs and does not find below the models folder, relative to it
     * @param device       asked for at load
     */
    public CausalPipeline(
            CausalFamily family, PipelineSchema schema, Function<Path, List<String>> missingFiles, Supplier<Device> device) {
        this.family = family;
        this.schema = schema;
        this.missingFiles = missingFiles;
        this.device = device;
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
    public LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException, InterruptedException {
        CausalFamily configured = family.configured(request.parameters());
        LoadSettings asked = LoadSettings.of(configured, schema, request);
        progress.stage("Looking for model files...");
        ModelFiles files = new ModelFiles(configured, request.modelsFolder());
        List<String> missing = files.missing(asked.vae(), asked.vace().asked());
        if (!missing.isEmpty()) {
            throw PipelineException.missingFiles(id(), missing);
        }
        LoadSettings settings = asked.vace().loaded() && !files.hasVaceModule()
                ? asked.withoutVace("VACE is left out: " + id() + " misses " + configured.vaceModule() + ", download it to have VACE")
                : asked;
        try {
            NetworkLoader loader = new NetworkLoader(files, settings, device.get(), progress);
            CausalNetworks networks = warm(configured, loader.load(), settings, progress);
            List<String> notes = new ArrayList<>(settings.notes());
            notes.addAll(loader.notes());
            if (files.randomWeights()) {
                notes.addFirst("random weights: " + id() + " was loaded from a set made for trying things out, its pictures are noise");
            }
            notes.forEach(note -> LOG.info("{}", note));
            return new CausalModel(configured, networks, settings, schema.defaultMode(), notes);
        } catch (CheckpointException e) {
            throw new PipelineException(e.getMessage(), true, e);
        } catch (OrtException e) {
            throw DeviceFailure.ofLoad(
                    id(), id() + " at " + settings.size().width() + "x" + settings.size().height(), request.modelsFolder(), e);
        }
    }

    private static CausalNetworks warm(CausalFamily family, CausalNetworks networks, LoadSettings settings, Progress progress)
            throws InterruptedException {
        boolean warm = false;
        try {
            WarmUp.run(family, networks, settings, progress);
            warm = true;
            return networks;
        } finally {
            if (!warm) {
                networks.close();
            }
        }
    }
}
