package dev.caravan.inference.pipeline;

import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import dev.caravan.inference.pipeline.PipelineLoader.Node;

/** One loaded pipeline and how many leases hold it. Guarded by the loader's lock. */
final class Instance {

    private final PipelineSchema schema;
    private final LoadedPipeline loaded;
    private Entry entry;
    private int leases;

    Instance(Entry entry, PipelineSchema schema, LoadedPipeline loaded) {
        this.entry = entry;
        this.schema = schema;
        this.loaded = loaded;
    }

    /** What it was loaded for, under its present node id. */
    Entry entry() {
        return entry;
    }

    void rename(String nodeId) {
        entry = new Entry(nodeId, entry.pipelineId(), entry.loadParameters());
    }

    PipelineSchema.Role role() {
        return schema.role();
    }

    LoadedPipeline loaded() {
        return loaded;
    }

    Node node() {
        return new Node(entry.nodeId(), schema, loaded, entry.loadParameters());
    }

    void lease() {
        leases++;
    }

    void release() {
        leases--;
    }

    boolean inUse() {
        return leases > 0;
    }
}
