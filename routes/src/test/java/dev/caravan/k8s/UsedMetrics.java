package dev.caravan.k8s;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Names of the hub's metrics that manifests ask for. */
final class UsedMetrics {

    static final List<String> SCALING = List.of("caravan_sessions");

    /** Where they are described. */
    private static final List<Path> LISTS = List.of(Path.of("..", "docs", "metrics.md"), Path.of("docs", "metrics.md"));

    private UsedMetrics() {}

    static void requireDocumented(List<String> names) {
        for (Path list : LISTS) {
            if (Files.exists(list)) {
                String text = Yaml.text(list);
                for (String name : names) {
                    if (!text.contains("`" + name + "`")) {
                        throw new AssertionError(name + " is no metric of " + list.getFileName());
                    }
                }
            }
        }
    }
}
