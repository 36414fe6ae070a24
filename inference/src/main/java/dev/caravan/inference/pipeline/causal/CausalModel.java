package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.pipeline.DeviceFailure;
import dev.caravan.inference.pipeline.LoadedAdapter;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.SessionSeed;
import java.util.List;

/** A loaded causal pipeline. Streams share its networks and nothing else: two at once make what each would make alone. */
final class CausalModel implements LoadedPipeline {

    private final CausalFamily family;
    private final CausalNetworks networks;
    private final LoadSettings settings;
    private final RequestReader requests;
    private final List<String> notes;

    CausalModel(CausalFamily family, CausalNetworks networks, LoadSettings settings, String defaultMode, List<String> notes) {
        this.family = family;
        this.networks = networks;
        this.settings = settings;
        this.requests = new RequestReader(defaultMode, settings.steps(), settings.manageCache(), new AdapterScales(settings.adapters()));
        this.notes = List.copyOf(notes);
    }

    @Override
    public PipelineStream open(SessionSeed seed) throws PipelineException {
        return open(seed, ChunkProbe.NONE);
    }

    /** A stream whose chunks are watched. */
    PipelineStream open(SessionSeed seed, ChunkProbe probe) throws PipelineException {
        // One after the other, of all models on the device: what is free is counted before each takes its part.
        synchronized (networks.device()) {
            networks.memory().requireStream(networks.device());
            try {
                ChunkGenerator generator = new ChunkGenerator(family, networks, settings.seed(), probe);
                VaceReader vace = new VaceReader(family.id(), settings.vace(), seed.pictures(), generator.inputFrames());
                return new CausalStream(generator, requests, vace, settings.size());
            } catch (OrtException e) {
                throw DeviceFailure.ofStream(e);
            }
        }
    }

    CausalFamily family() {
        return family;
    }

    CausalNetworks networks() {
        return networks;
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    @Override
    public List<LoadedAdapter> adapters() {
        return settings.adapters().stream().map(AskedAdapter::loaded).toList();
    }

    @Override
    public void close() {
        networks.close();
    }
}
