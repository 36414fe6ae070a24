package dev.caravan.live;

import dev.caravan.live.FileState.Kind;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One version of a file that is YAML of bounded size and depth and has the outer form of what its name says. What stands inside is
 * Camel's to judge. Immutable.
 */
final class RouteFile {

    private static final String KAMELET_SUFFIX = ".kamelet.yaml";
    /** What belongs to the whole hub, and by what a route file may have it instead. */
    private static final Map<String, String> NOT_HERE = Map.of(
            "restconfiguration", "the hub's own: REST paths of this file are served from its port as they are",
            "sslcontextparameters", "not for route files: bind one as a bean");

    private final String name;
    private final byte[] bytes;
    private final Node root;
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final List<Entry> entries;

    /** An element of the outer list, for example {@code - route: ...}. */
    private record Entry(String key, Node value, int line) {}

    private RouteFile(String name, byte[] bytes, Node root) throws RouteFileException {
        this.name = name;
        this.bytes = bytes;
        this.root = root;
        this.entries = kind() == Kind.KAMELET ? kamelet() : list();
        remember(root, new IdentityHashMap<>());
    }

    /** @throws RouteFileException with what is wrong and in which line */
    static RouteFile parse(String name, byte[] bytes) throws RouteFileException {
        return new RouteFile(name, bytes, YamlText.parse(bytes));
    }

    static Kind kindOf(String name) {
        return name.endsWith(KAMELET_SUFFIX) ? Kind.KAMELET : Kind.ROUTES;
    }

    String name() {
        return name;
    }

    byte[] bytes() {
        return bytes;
    }

    Kind kind() {
        return kindOf(name);
    }

    /** What ids of routes without one begin with; for a Kamelet its name. */
    String stem() {
        String stem = kind() == Kind.KAMELET
                ? name.substring(0, name.length() - KAMELET_SUFFIX.length())
                : name.substring(0, name.lastIndexOf('.'));
        return stem.replaceAll("[^A-Za-z0-9._-]", "-");
    }

    /** Names of the beans it brings. */
    Set<String> beans() {
        return entries.stream()
                .filter(entry -> entry.key.equals("beans") && entry.value instanceof SequenceNode)
                .flatMap(entry -> ((SequenceNode) entry.value).getValue().stream())
                .flatMap(bean -> text(bean, "name").stream())
                .collect(Collectors.toSet());
    }

    /** Whether it brings what other files may build on: a Kamelet or route templates. */
    boolean hasTemplates() {
        return kind() == Kind.KAMELET || has("routetemplate");
    }

    boolean hasConfigurations() {
        return has("routeconfiguration");
    }

    /** Whether it is built on what another file brings, and is to be built again when that changes. */
    boolean builtOn(RouteFile other) {
        if (other.kind() == Kind.KAMELET) {
            String kamelet = "kamelet:" + other.stem();
            return lineOf(text -> text.startsWith(kamelet) && ends(text, kamelet.length())) > 0
                    || lineOf(text -> text.startsWith("kamelet://" + other.stem()) && ends(text, kamelet.length() + 2)) > 0
                    || lineOf(text -> text.equals(other.stem())) > 0 && lineOf("kamelet"::equals) > 0;
        }
        Set<String> ids = other.entries.stream()
                .filter(entry -> entry.key.equals("routeconfiguration") || entry.key.equals("routetemplate"))
                .map(entry -> text(entry.value, "id").orElse(""))
                .collect(Collectors.toSet());
        // A configuration without an id is for all routes.
        return kind() == Kind.ROUTES && (ids.contains("") || lineOf(ids::contains) > 0);
    }

    private static boolean ends(String text, int at) {
        return text.length() == at || text.charAt(at) == '?' || text.charAt(at) == '/';
    }

    /** First line, from 1, with a key or value that is such; 0 for none. */
    int lineOf(Predicate<String> wanted) {
        return lines.entrySet().stream().filter(scalar -> wanted.test(scalar.getKey())).mapToInt(Map.Entry::getValue).min().orElse(0);
    }

    private boolean has(String key) {
        return entries.stream().anyMatch(entry -> entry.key.equals(key));
    }

    private void remember(Node node, Map<Node, Boolean> seen) {
        if (seen.put(node, true) != null) {
            return;
        }
        if (node instanceof ScalarNode scalar) {
            lines.merge(scalar.getValue(), YamlText.line(node), Math::min);
        }
        YamlText.children(node).forEach(child -> remember(child, seen));
    }

    private List<Entry> kamelet() throws RouteFileException {
        if (!text(root, "kind").filter("Kamelet"::equals).isPresent()) {
            throw RouteFileException.at(YamlText.line(root), "not a Kamelet: a file named *.kamelet.yaml begins with 'kind: Kamelet'");
        }
        String called = value(root, "metadata").flatMap(metadata -> text(metadata, "name")).orElse("");
        if (!called.equals(stem())) {
            throw RouteFileException.at(
                    YamlText.line(root), "metadata.name is '" + called + "': a Kamelet is called by its file's name, '" + stem() + "'");
        }
        return List.of();
    }

    private List<Entry> list() throws RouteFileException {
        if (!(root instanceof SequenceNode sequence)) {
            throw RouteFileException.at(YamlText.line(root), "a route file is a list: it begins with '- route:', '- rest:', '- beans:', ...");
        }
        List<Entry> found = new ArrayList<>();
        for (Node element : sequence.getValue()) {
            if (!(element instanceof MappingNode mapping)) {
                throw RouteFileException.at(YamlText.line(element), "expected '- route:', '- rest:', '- beans:', ...");
            }
            for (NodeTuple tuple : mapping.getValue()) {
                String key = tuple.getKeyNode() instanceof ScalarNode scalar ? plain(scalar.getValue()) : "";
                if (NOT_HERE.containsKey(key)) {
                    throw RouteFileException.at(
                            YamlText.line(element), ((ScalarNode) tuple.getKeyNode()).getValue() + " is " + NOT_HERE.get(key));
                }
                found.add(new Entry(key, tuple.getValueNode(), YamlText.line(element)));
            }
        }
        return found;
    }

    /** Camel takes {@code routeConfiguration} and {@code route-configuration} alike. */
    private static String plain(String key) {
        return key.replace("-", "").toLowerCase(Locale.ROOT);
    }

    private static Optional<Node> value(Node node, String key) {
        return node instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key))
                        .map(NodeTuple::getValueNode)
                        .findFirst()
                : Optional.empty();
    }

    private static Optional<String> text(Node node, String key) {
        return value(node, key).filter(ScalarNode.class::isInstance).map(scalar -> ((ScalarNode) scalar).getValue());
    }
}
