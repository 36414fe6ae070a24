package dev.caravan.live;

import dev.caravan.live.FileState.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
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
    private static final int MAX_DEPTH = 64;
    /** With aliases written out. */
    private static final long MAX_NODES = 100_000;

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
        return new RouteFile(name, bytes, yaml(text(bytes)));
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

    private static String text(byte[] bytes) throws RouteFileException {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new RouteFileException("the file is not text in UTF-8");
        }
        if (text.isBlank()) {
            throw new RouteFileException("the file is empty: delete it to remove its routes");
        }
        return text;
    }

    private static Node yaml(String text) throws RouteFileException {
        LoadSettings settings = LoadSettings.builder().setCodePointLimit(RouteFolder.MAX_BYTES).build();
        try {
            // First, because whatever makes nodes of this goes as deep as the text does.
            checkDepth(new Parse(settings).parseString(text));
            Node root = new Compose(settings)
                    .composeString(text)
                    .orElseThrow(() -> new RouteFileException("the file has nothing but comments: delete it to remove its routes"));
            if (size(root, new IdentityHashMap<>()) > MAX_NODES) {
                throw new RouteFileException("the file is too large when its aliases are written out");
            }
            return root;
        } catch (MarkedYamlEngineException e) {
            throw RouteFileException.at(line(e.getProblemMark().or(e::getContextMark).orElse(null)), "not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new RouteFileException("not YAML: " + e.getMessage());
        }
    }

    private static void checkDepth(Iterable<Event> events) throws RouteFileException {
        int depth = 0;
        for (Event event : events) {
            if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                throw RouteFileException.at(line(event.getStartMark().orElse(null)), "nested more than " + MAX_DEPTH + " deep");
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
        }
    }

    /** Nodes with aliases written out, counted up to the limit. */
    private static long size(Node node, Map<Node, Long> known) throws RouteFileException {
        Long before = known.get(node);
        if (before != null) {
            if (before < 0) {
                throw RouteFileException.at(line(node), "an alias stands for something that contains it");
            }
            return before;
        }
        known.put(node, -1L);
        long size = 1;
        for (Node child : children(node)) {
            size = Math.min(MAX_NODES + 1, size + size(child, known));
        }
        known.put(node, size);
        return size;
    }

    private static List<Node> children(Node node) {
        return switch (node) {
            case SequenceNode sequence -> sequence.getValue();
            case MappingNode mapping -> {
                List<Node> children = new ArrayList<>();
                for (NodeTuple tuple : mapping.getValue()) {
                    children.add(tuple.getKeyNode());
                    children.add(tuple.getValueNode());
                }
                yield children;
            }
            default -> List.of();
        };
    }

    private void remember(Node node, Map<Node, Boolean> seen) {
        if (seen.put(node, true) != null) {
            return;
        }
        if (node instanceof ScalarNode scalar) {
            lines.merge(scalar.getValue(), line(node), Math::min);
        }
        children(node).forEach(child -> remember(child, seen));
    }

    private List<Entry> kamelet() throws RouteFileException {
        if (!text(root, "kind").filter("Kamelet"::equals).isPresent()) {
            throw RouteFileException.at(line(root), "not a Kamelet: a file named *.kamelet.yaml begins with 'kind: Kamelet'");
        }
        String called = value(root, "metadata").flatMap(metadata -> text(metadata, "name")).orElse("");
        if (!called.equals(stem())) {
            throw RouteFileException.at(
                    line(root), "metadata.name is '" + called + "': a Kamelet is called by its file's name, '" + stem() + "'");
        }
        return List.of();
    }

    private List<Entry> list() throws RouteFileException {
        if (!(root instanceof SequenceNode sequence)) {
            throw RouteFileException.at(line(root), "a route file is a list: it begins with '- route:', '- rest:', '- beans:', ...");
        }
        List<Entry> found = new ArrayList<>();
        for (Node element : sequence.getValue()) {
            if (!(element instanceof MappingNode mapping)) {
                throw RouteFileException.at(line(element), "expected '- route:', '- rest:', '- beans:', ...");
            }
            for (NodeTuple tuple : mapping.getValue()) {
                String key = tuple.getKeyNode() instanceof ScalarNode scalar ? plain(scalar.getValue()) : "";
                if (NOT_HERE.containsKey(key)) {
                    throw RouteFileException.at(
                            line(element), ((ScalarNode) tuple.getKeyNode()).getValue() + " is " + NOT_HERE.get(key));
                }
                found.add(new Entry(key, tuple.getValueNode(), line(element)));
            }
        }
        return found;
    }

    /** Camel takes {@code routeConfiguration} and {@code route-configuration} alike. */
    private static String plain(String key) {
        return key.replace("-", "").toLowerCase(Locale.ROOT);
    }

    private static java.util.Optional<Node> value(Node node, String key) {
        return node instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key))
                        .map(NodeTuple::getValueNode)
                        .findFirst()
                : java.util.Optional.empty();
    }

    private static java.util.Optional<String> text(Node node, String key) {
        return value(node, key).filter(ScalarNode.class::isInstance).map(scalar -> ((ScalarNode) scalar).getValue());
    }

    private static int line(Node node) {
        return line(node.getStartMark().orElse(null));
    }

    static int line(org.snakeyaml.engine.v2.exceptions.@org.jspecify.annotations.Nullable Mark mark) {
        return mark == null ? 0 : ((Mark) mark).getLine() + 1;
    }
}
