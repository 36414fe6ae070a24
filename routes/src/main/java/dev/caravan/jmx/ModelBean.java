package dev.caravan.jmx;

import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.processors.session.Session;
import java.util.List;
import java.util.Locale;

/** See {@link ModelMXBean}. Thread-safe. */
final class ModelBean implements ModelMXBean {

    private final PipelineLoader.Node node;
    private final HubParts hub;

    ModelBean(PipelineLoader.Node node, HubParts hub) {
        this.node = node;
        this.hub = hub;
    }

    boolean isOf(PipelineLoader.Node other) {
        return node.loaded() == other.loaded();
    }

    @Override
    public String getId() {
        return node.nodeId();
    }

    @Override
    public String getPipeline() {
        return node.schema().id();
    }

    @Override
    public String getState() {
        PipelineLoader.State state = hub.loader().status().state();
        return (state == PipelineLoader.State.LOADING ? state : PipelineLoader.State.LOADED).name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String getDevice() {
        return hub.device();
    }

    @Override
    public List<String> getSessions() {
        return hub.sessions().all().stream()
                .filter(session -> session.nodeIds().contains(node.nodeId()))
                .map(Session::id)
                .toList();
    }

    @Override
    public String getLoadParameters() {
        return Texts.json(node.loadParameters());
    }

    @Override
    public List<String> getAdapters() {
        return node.loaded().adapters().stream().map(adapter -> adapter.path() + " x " + adapter.scale()).toList();
    }

    @Override
    public List<String> getNotes() {
        return node.loaded().notes();
    }

    @Override
    public void unload() {
        PipelineLoader.Status status = hub.loader().status();
        if (status.state() == PipelineLoader.State.LOADING) {
            throw new IllegalStateException("models are being loaded: wait, or request another set with the hub's load");
        }
        hub.loader().load(status.nodes().stream()
                .filter(other -> !isOf(other))
                .map(other -> new PipelineLoader.Entry(other.nodeId(), other.schema().id(), other.loadParameters()))
                .toList());
    }
}
