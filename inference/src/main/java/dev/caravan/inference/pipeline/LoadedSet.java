package dev.caravan.inference.pipeline;

import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import dev.caravan.inference.pipeline.PipelineLoader.Node;
import dev.caravan.inference.pipeline.PipelineSchema.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which instances are in memory: the requested ones by node id, and the retired ones - no longer requested, but still in use or not yet
 * freed. Guarded by the loader's lock.
 */
final class LoadedSet {

    private static final String NOT_LOADED = "Pipeline not loaded. Please load pipeline first.";

    private List<Entry> requested = List.of();
    private final Map<String, Instance> byNode = new LinkedHashMap<>();
    private final List<Instance> retired = new ArrayList<>();

    /**
     * Makes {@code entries} the requested set. Equal instances are kept, renamed or called back from retirement; all others retire.
     *
     * @return the entries that have to be loaded, in order
     */
    List<Entry> request(List<Entry> entries) {
        requested = List.copyOf(entries);
        List<Instance> free = new ArrayList<>(byNode.values());
        free.addAll(retired);
        byNode.clear();
        // Node ids that fit already come first, so that a rename never takes an instance another entry could simply keep.
        for (Entry entry : requested) {
            free.stream().filter(i -> i.entry().equals(entry)).findFirst().ifPresent(i -> {
                free.remove(i);
                byNode.put(entry.nodeId(), i);
            });
        }
        List<Entry> missing = new ArrayList<>();
        for (Entry entry : requested) {
            if (byNode.containsKey(entry.nodeId())) {
                continue;
            }
            Optional<Instance> equal = free.stream().filter(i -> i.entry().sameInstance(entry)).findFirst();
            if (equal.isPresent()) {
                free.remove(equal.get());
                equal.get().rename(entry.nodeId());
                byNode.put(entry.nodeId(), equal.get());
            } else {
                missing.add(entry);
            }
        }
        retired.clear();
        retired.addAll(free);
        return missing;
    }

    void add(Instance instance) {
        byNode.put(instance.entry().nodeId(), instance);
    }

    void retire(Instance instance) {
        retired.add(instance);
    }

    /** Retires everything. */
    void retireAll() {
        request(List.of());
    }

    /** Takes out one instance that nobody requests and nobody uses. */
    Optional<Instance> takeUnused() {
        Optional<Instance> unused = retired.stream().filter(i -> !i.inUse()).findFirst();
        unused.ifPresent(retired::remove);
        return unused;
    }

    /** The requested instances that are loaded, in the order of the request. */
    List<Instance> instances() {
        return requested.stream().map(Entry::nodeId).filter(byNode::containsKey).map(byNode::get).toList();
    }

    List<Node> nodes() {
        return instances().stream().map(Instance::node).toList();
    }

    /** The instances of a chain; see {@link PipelineLoader#acquire}. */
    List<Instance> chain(List<String> nodeIds) throws PipelineException {
        if (nodeIds.isEmpty()) {
            return defaultChain();
        }
        List<Instance> chain = new ArrayList<>();
        for (String id : nodeIds) {
            chain.add(find(id));
        }
        return chain;
    }

    private List<Instance> defaultChain() throws PipelineException {
        List<Instance> all = instances();
        List<Instance> chain = new ArrayList<>(withRole(all, Role.PREPROCESSOR));
        List<Instance> mains = withRole(all, Role.MAIN);
        if (!mains.isEmpty()) {
            chain.add(mains.getLast());
        }
        chain.addAll(withRole(all, Role.POSTPROCESSOR));
        if (chain.isEmpty()) {
            throw notLoaded();
        }
        return chain;
    }

    private static List<Instance> withRole(List<Instance> instances, Role role) {
        return instances.stream().filter(i -> i.role() == role).toList();
    }

    private Instance find(String id) throws PipelineException {
        Instance byNodeId = byNode.get(id);
        if (byNodeId != null) {
            return byNodeId;
        }
        List<Instance> same =
                instances().stream().filter(i -> i.entry().pipelineId().equals(id)).toList();
        if (same.size() > 1) {
            List<String> nodes = same.stream().map(i -> i.entry().nodeId()).toList();
            throw new PipelineException("'" + id + "' is loaded more than once; name one of its nodes: " + String.join(", ", nodes), true);
        }
        if (same.isEmpty()) {
            throw notLoaded();
        }
        return same.getFirst();
    }

    static PipelineException notLoaded() {
        return new PipelineException(NOT_LOADED, true);
    }
}
