package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.Parameters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ordered log of one session's controls and what they add up to. Offsets begin at 0. Bounded in entries and in size: the oldest
 * entries leave, their effect stays. Appended to by any thread, used by the owner.
 */
final class ControlLog {

    static final int MAX_ENTRIES = 1024;
    /** Characters of all entries together. */
    static final long MAX_WEIGHT = 4L << 20;
    /** Characters of one update. */
    static final long MAX_UPDATE = 256L << 10;

    /**
     * One accepted control.
     *
     * @param update its good keys
     */
    record Entry(long offset, Control.Door door, Map<String, Object> update) {}

    private static final Optional<List<Entry>> NOTHING_NEW = Optional.of(List.of());

    private record Logged(Entry entry, long weight) {}

    private final List<String> nodeIds;
    private final ParameterState all;
    private final List<ParameterState> nodes = new ArrayList<>();
    private final ArrayDeque<Logged> entries = new ArrayDeque<>();
    // Entries no chunk has used yet; always the newest ones of the log.
    private final ArrayDeque<Entry> pending = new ArrayDeque<>();
    private long weight;
    private long next;
    private volatile boolean paused;
    private volatile List<String> outputs;

    /** @param nodeIds the nodes of the chain; each sees the updates for all and those for itself */
    ControlLog(List<String> nodeIds, List<String> outputs) {
        this.nodeIds = nodeIds;
        this.all = new ParameterState();
        this.outputs = outputs;
        for (int i = 0; i < nodeIds.size(); i++) {
            nodes.add(new ParameterState());
        }
    }

    /** Appends an update that was checked. What concerns the hub itself takes effect here, the rest at the next chunk. */
    synchronized Entry append(Control.Door door, Map<String, Object> update) {
        Entry entry = new Entry(next++, door, update);
        long size = ParameterKeys.weight(update);
        entries.addLast(new Logged(entry, size));
        weight += size;
        while (entries.size() > MAX_ENTRIES || weight > MAX_WEIGHT && entries.size() > 1) {
            weight -= entries.removeFirst().weight();
        }
        all.merge(update);
        String only = ParameterKeys.text(update, ParameterKeys.NODE_ID);
        for (int i = 0; i < nodes.size(); i++) {
            if (only.isEmpty() || only.equals(nodeIds.get(i))) {
                nodes.get(i).merge(update);
            }
        }
        if (update.containsKey(ParameterKeys.PAUSED)) {
            paused = Boolean.TRUE.equals(update.get(ParameterKeys.PAUSED));
        }
        if (update.containsKey(ParameterKeys.OUTPUTS)) {
            outputs = ParameterKeys.names(update, ParameterKeys.OUTPUTS);
        }
        if (!hubOnly(entry)) {
            pending.addLast(entry);
        }
        // Nobody can flood a session that rests: what the oldest say is merged already, only their event is lost.
        while (!pending.isEmpty() && pending.getFirst().offset() < entries.getFirst().entry().offset()) {
            pending.removeFirst();
        }
        return entry;
    }

    /** Whether no chunk will ever use it. */
    static boolean hubOnly(Entry entry) {
        return entry.update().keySet().stream().allMatch(ParameterTable::isHubKey);
    }

    boolean paused() {
        return paused;
    }

    List<String> outputs() {
        return outputs;
    }

    /** How many controls were ever accepted. */
    synchronized long size() {
        return next;
    }

    /** The log as far as it is kept, oldest first. */
    synchronized List<Entry> entries() {
        return entries.stream().map(Logged::entry).toList();
    }

    /**
     * What every node of the chain would see now, one-shots included.
     *
     * @param into one place per node
     * @return the offset of the newest control in it, or -1
     */
    synchronized long look(Parameters[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = nodes.get(i).parameters();
        }
        return next - 1;
    }

    /**
     * A chunk begins with what {@link #look} said.
     *
     * @param offset what it returned
     * @return the entries that this chunk is the first to use; nothing when a newer control has come since: look again
     */
    synchronized Optional<List<Entry>> begin(long offset) {
        if (offset != next - 1) {
            return Optional.empty();
        }
        all.begin();
        all.used();
        nodes.forEach(ParameterState::begin);
        if (pending.isEmpty()) {
            return NOTHING_NEW;
        }
        List<Entry> taken = List.copyOf(pending);
        pending.clear();
        return Optional.of(taken);
    }

    /** A node has run: its one-shots are done with. A node that had nothing to do keeps its own. */
    synchronized void used(int node) {
        nodes.get(node).used();
    }

    /** Everything in force, merged over all nodes. */
    synchronized Map<String, Object> merged() {
        return all.values();
    }
}
