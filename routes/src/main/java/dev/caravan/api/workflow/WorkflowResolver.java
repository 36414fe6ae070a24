package dev.caravan.api.workflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.loras.LoraLibrary;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Says what of a workflow is here, what is not, and what to do about it. Changes nothing, asks no other machine. Thread-safe. */
public final class WorkflowResolver {

    private static final String OK = "ok";
    private static final String MISSING = "missing";

    private final Predicate<String> nodes;
    private final LoraLibrary loras;
    private final String version;

    /**
     * @param nodes   whether there is a pipeline or a node of this id
     * @param version of the contract
     */
    public WorkflowResolver(Predicate<String> nodes, LoraLibrary loras, String version) {
        this.nodes = nodes;
        this.loras = loras;
        this.version = version;
    }

    /** The contract's answer: {@code can_apply}, {@code items}, {@code warnings}. */
    public Map<String, Object> resolve(ObjectNode workflow) throws IOException {
        WorkflowNeeds needs = WorkflowNeeds.read(workflow);
        Map<String, Item> items = new LinkedHashMap<>();
        for (WorkflowNeeds.Node node : needs.nodes()) {
            Item item = node(node);
            items.putIfAbsent(item.kind() + " " + item.name(), item);
        }
        for (WorkflowNeeds.Node node : needs.nodes()) {
            for (WorkflowNeeds.Lora lora : node.loras()) {
                items.putIfAbsent("lora " + lora.filename(), lora(lora));
            }
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("can_apply", items.values().stream().allMatch(item -> item.kind().equals("lora") || item.status().equals(OK)));
        out.put("items", items.values().stream().map(Item::json).toList());
        out.put("warnings", needs.minVersion()
                .filter(wanted -> Versions.compare(wanted, version) > 0)
                .map(wanted -> "This workflow requires Scope >= " + wanted + " (installed: " + version + ")")
                .stream()
                .toList());
        return out;
    }

    /** A plugin's pipeline that this hub happens to have will do. */
    private Item node(WorkflowNeeds.Node node) {
        String kind = node.pipeline() ? "pipeline" : "node";
        WorkflowNeeds.Source source = node.source();
        if (nodes.test(node.id())) {
            return Item.here(kind, node.id());
        }
        if (source.type().equals("builtin")) {
            return Item.missing(kind, node.id(), "Built-in pipeline '" + node.id() + "' not found", Optional.empty(), false);
        }
        String name = source.plugin().or(source::spec).orElse(node.id());
        String spec = source.spec().orElse(name);
        Optional<String> action = switch (source.type()) {
            case "pypi" -> Optional.of("Install " + spec + " from PyPI");
            case "git" -> Optional.of("Install from git: " + spec);
            default -> Optional.empty();
        };
        // Nothing here runs plugins, so nobody but the user can do something about it.
        return Item.missing("plugin", name, "Plugin '" + name + "' is not installed", action, false);
    }

    private Item lora(WorkflowNeeds.Lora lora) throws IOException {
        String name = lora.filename();
        Optional<Boolean> here = loras.has(name);
        if (here.isEmpty()) {
            return Item.missing("lora", name, "Invalid LoRA filename", Optional.empty(), false);
        }
        if (here.get()) {
            return Item.here("lora", name);
        }
        Optional<String> action = lora.origin().flatMap(WorkflowResolver::download);
        return Item.missing("lora", name, "LoRA '" + name + "' not found locally", action, action.isPresent());
    }

    /** How it can be fetched; empty when what is known of it does not suffice. */
    private static Optional<String> download(WorkflowNeeds.Origin origin) {
        return switch (origin.source()) {
            case "huggingface" -> origin.repoId().filter(repo -> origin.hfFilename().isPresent())
                    .map(repo -> "Download from HuggingFace: " + repo);
            case "civitai" -> origin.versionId()
                    .map(version -> "Download from CivitAI (model " + origin.modelId().orElse(version) + ")");
            case "url" -> origin.url().map(url -> "Download from " + url);
            default -> Optional.empty();
        };
    }

    private record Item(String kind, String name, String status, Optional<String> detail, Optional<String> action, boolean auto) {

        static Item here(String kind, String name) {
            return new Item(kind, name, OK, Optional.empty(), Optional.empty(), false);
        }

        static Item missing(String kind, String name, String detail, Optional<String> action, boolean auto) {
            return new Item(kind, name, MISSING, Optional.of(detail), action, auto);
        }

        Map<String, Object> json() {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("kind", kind);
            out.put("name", name);
            out.put("status", status);
            out.put("detail", detail.orElse(null));
            out.put("action", action.orElse(null));
            out.put("can_auto_resolve", auto);
            return out;
        }
    }

    /** Dotted numbers; whatever else stands in a version does not count. */
    private static final class Versions {

        static int compare(String one, String other) {
            List<Integer> left = numbers(one);
            List<Integer> right = numbers(other);
            for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
                int order = Integer.compare(i < left.size() ? left.get(i) : 0, i < right.size() ? right.get(i) : 0);
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        }

        private static List<Integer> numbers(String version) {
            String plain = version.strip().replaceFirst("^[vV]", "").replaceFirst("[^0-9.].*", "");
            return Arrays.stream(plain.split("\\."))
                    .filter(part -> part.matches("\\d{1,9}"))
                    .map(Integer::valueOf)
                    .toList();
        }
    }
}
