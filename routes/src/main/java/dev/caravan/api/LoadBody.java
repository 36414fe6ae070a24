package dev.caravan.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.pipeline.PipelineLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The body of {@code POST /pipeline/load} in its three forms; {@code pipelines} wins over {@code pipeline_ids}, that over the older
 * {@code pipeline_id}. Load parameters are a free dictionary and are passed on unchanged.
 */
final class LoadBody {

    private static final int MAX_ENTRIES = 64;

    private LoadBody() {}

    /**
     * @return at least one entry
     * @throws ApiError        400 when no pipeline is named
     * @throws ValidationError when a field has the wrong type
     */
    static List<PipelineLoader.Entry> parse(ObjectNode body) {
        Fields fields = Fields.ofBody(body);
        List<PipelineLoader.Entry> named = fields.objects("pipelines").orElse(List.of()).stream()
                .map(LoadBody::entry)
                .toList();
        Optional<List<String>> ids = fields.texts("pipeline_ids");
        Optional<String> id = fields.text("pipeline_id");
        Map<String, Object> params = fields.map("load_params").orElse(Map.of());
        fields.check();

        List<PipelineLoader.Entry> entries = named.isEmpty() ? shorthand(ids, id, params) : named;
        if (entries.isEmpty()) {
            throw ApiError.badRequest("Either 'pipelines' or 'pipeline_ids' must be provided");
        }
        if (entries.size() > MAX_ENTRIES) {
            throw ApiError.badRequest("At most " + MAX_ENTRIES + " pipelines can be loaded; " + entries.size() + " given");
        }
        return entries;
    }

    private static PipelineLoader.Entry entry(Fields fields) {
        return new PipelineLoader.Entry(
                fields.requireText("node_id"), fields.requireText("pipeline_id"), fields.map("load_params").orElse(Map.of()));
    }

    private static List<PipelineLoader.Entry> shorthand(
            Optional<List<String>> ids, Optional<String> id, Map<String, Object> params) {
        List<String> wanted = new ArrayList<>(ids.orElse(List.of()));
        if (wanted.isEmpty()) {
            id.filter(text -> !text.isEmpty()).ifPresent(wanted::add);
        }
        return wanted.stream().distinct().map(one -> new PipelineLoader.Entry(one, one, params)).toList();
    }
}
