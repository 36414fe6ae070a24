package dev.caravan.live;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Makes nodes of YAML whose depth is bounded, and whose size is with aliases written out: Camel follows each alias anew. */
final class YamlText {

    private static final int MAX_DEPTH = 64;
    private static final long MAX_NODES = 100_000;

    private YamlText() {}

    /** @throws RouteFileException with what is wrong and in which line */
    static Node parse(byte[] bytes) throws RouteFileException {
        return nodes(text(bytes));
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

    private static Node nodes(String text) throws RouteFileException {
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

    static List<Node> children(Node node) {
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

    /** From 1; 0 when it is not known. */
    static int line(Node node) {
        return line(node.getStartMark().orElse(null));
    }

    /** From 1; 0 when it is not known. */
    static int line(@Nullable Mark mark) {
        return mark == null ? 0 : mark.getLine() + 1;
    }
}
