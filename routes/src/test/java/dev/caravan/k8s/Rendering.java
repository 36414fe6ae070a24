package dev.caravan.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a cluster gets of an overlay. */
record Rendering(String overlay, List<JsonNode> documents) {

    static final Path FOLDER = Path.of("..", "k8s").toAbsolutePath().normalize();
    static final List<String> OVERLAYS = List.of("dev", "gpu", "kafka", "autoscale", "host-network");

    /** Older ones know no components. */
    private static final Pattern KUSTOMIZE = Pattern.compile("Kustomize Version: v[45]\\.");
    private static final Map<String, Rendering> MADE = new HashMap<>();

    /** As kubectl makes it, or as it lies in {@code rendered} on a machine without one that can. */
    static synchronized Rendering of(String overlay) {
        return MADE.computeIfAbsent(overlay, name -> new Rendering(name, Yaml.documents(fresh(name).orElseGet(() -> kept(name)))));
    }

    static List<Rendering> all() {
        return OVERLAYS.stream().map(Rendering::of).toList();
    }

    static String kept(String overlay) {
        return Yaml.text(FOLDER.resolve("rendered/" + overlay + ".yaml"));
    }

    private static Optional<String> fresh(String overlay) {
        return run("kubectl", "version", "--client").filter(text -> KUSTOMIZE.matcher(text).find()).map(version ->
                run("kubectl", "kustomize", FOLDER.resolve("overlays/" + overlay).toString())
                        .orElseThrow(() -> new AssertionError("kubectl cannot render the overlay " + overlay)));
    }

    private static Optional<String> run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException notThere) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Stream<JsonNode> kind(String kind) {
        return documents.stream().filter(document -> document.at("/kind").asText().equals(kind));
    }

    JsonNode one(String kind, String name) {
        return find(kind, name).orElseThrow(() -> new AssertionError(overlay + " has no " + kind + " " + name));
    }

    Optional<JsonNode> find(String kind, String name) {
        return kind(kind).filter(document -> name(document).equals(name)).findFirst();
    }

    /** The hub's StatefulSet and everything else with pods. */
    List<JsonNode> workloads() {
        return Stream.concat(kind("StatefulSet"), kind("Deployment")).toList();
    }

    JsonNode hub() {
        return one("StatefulSet", "caravan");
    }

    JsonNode hubContainer() {
        return hub().at("/spec/template/spec/containers/0");
    }

    /** The hub's settings file. */
    JsonNode settingsFile() {
        String name = stream(hub().at("/spec/template/spec/volumes"))
                .map(volume -> volume.at("/configMap/name").asText())
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElseThrow();
        return Yaml.documents(one("ConfigMap", name).at("/data/caravan.yaml").asText()).getFirst();
    }

    static String name(JsonNode document) {
        return document.at("/metadata/name").asText();
    }

    static Stream<JsonNode> stream(JsonNode array) {
        return array.valueStream();
    }

    /** All texts below a node that match. */
    static List<String> texts(JsonNode node, Pattern pattern) {
        Matcher matcher = pattern.matcher(node.toString());
        return matcher.results().map(result -> result.group(1)).toList();
    }
}
