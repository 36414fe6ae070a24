package dev.caravan.jmx;

import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineLoader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** See {@link HubMXBean}. Thread-safe. */
final class HubBean implements HubMXBean {

    private static final int MAX_IDS = 64;

    private final HubParts hub;

    HubBean(HubParts hub) {
        this.hub = hub;
    }

    @Override
    public String getVersion() {
        return hub.version();
    }

    @Override
    public String getDevice() {
        return hub.device();
    }

    @Override
    public int getSessions() {
        return hub.sessions().all().size();
    }

    @Override
    public int getPeers() {
        return hub.peers().count();
    }

    @Override
    public int getModels() {
        return hub.loader().status().nodes().size();
    }

    @Override
    public String getLoadState() {
        return hub.loader().status().state().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable String getLoadStage() {
        return hub.loader().status().stage().orElse(null);
    }

    @Override
    public @Nullable String getLoadError() {
        return hub.loader().status().error().orElse(null);
    }

    @Override
    public long getFramesDroppedInCoolDown() {
        return hub.sessions().framesDroppedInCoolDown();
    }

    @Override
    public void load(@Nullable String ids, @Nullable String parameters) {
        List<String> wanted = Stream.of((ids == null ? "" : ids).split(",")).map(String::strip).filter(id -> !id.isEmpty()).distinct().toList();
        if (wanted.isEmpty() || wanted.size() > MAX_IDS) {
            throw new IllegalArgumentException("name 1 to " + MAX_IDS + " pipelines, separated by commas");
        }
        wanted.stream().filter(id -> hub.pipelines().find(id).isEmpty()).findFirst().ifPresent(id -> {
            throw new IllegalArgumentException("there is no pipeline of that name; there are "
                    + hub.pipelines().all().stream().map(Pipeline::id).sorted().collect(Collectors.joining(", ")));
        });
        Map<String, Object> given = Texts.object(parameters);
        hub.loader().load(wanted.stream().map(id -> new PipelineLoader.Entry(id, id, given)).toList());
    }

    @Override
    public void unload() {
        hub.loader().load(List.of());
    }
}
