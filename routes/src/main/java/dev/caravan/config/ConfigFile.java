package dev.caravan.config;

import dev.caravan.config.OptionSpec.Group;
import dev.caravan.config.OptionSpec.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A configuration file in YAML: {@code key: value} with the names of the options as keys, one or several values each. Only the texts are
 * taken from it, no objects are made. Every complaint names the file and the line.
 */
final class ConfigFile {

    /** Its name in the data folder. */
    static final String NAME = "caravan.yaml";

    private static final int MAX_BYTES = 256 * 1024;
    private static final int MAX_DEPTH = 8;

    private final Path path;
    private final String name;
    private final Map<OptionName, Given> entries = new LinkedHashMap<>();

    private ConfigFile(Path path) {
        this.path = path;
        this.name = String.valueOf(path.getFileName());
    }

    /**
     * Reads all of it.
     *
     * @param place who named it, for the complaint that it cannot be read
     */
    static ConfigFile read(Path path, String place) throws ConfigException {
        ConfigFile file = new ConfigFile(path);
        String text = file.text(place);
        LoadSettings settings = LoadSettings.builder().setLabel(file.name).setCodePointLimit(MAX_BYTES).setUseMarks(true).build();
        try {
            file.requireShallow(new Parse(settings).parseString(text));
            file.take(new Compose(settings).composeString(text));
        } catch (MarkedYamlEngineException e) {
            throw new ConfigException(file.name + ":" + line(e.getProblemMark()) + ": this is no YAML: " + oneLine(e.getProblem()));
        } catch (YamlEngineException e) {
            throw new ConfigException(file.name + ": this is no YAML: " + oneLine(String.valueOf(e.getMessage())));
        }
        return file;
    }

    /** What it sets. */
    Map<OptionName, Given> entries() {
        return entries;
    }

    /** What the person who runs the hub should do about it, if anything. */
    Optional<String> warning() {
        boolean secrets = entries.keySet().stream().anyMatch(each -> each.option().spec().kind() == Kind.SECRET && !each.file());
        try {
            return secrets && Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ)
                    ? Optional.of(name + " holds secrets and every user of this machine can read it: chmod 600 " + path)
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private String text(String place) throws ConfigException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ConfigException(place + ": " + path + " is longer than " + MAX_BYTES / 1024 + " KiB: name a file of settings");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new ConfigException(place + ": " + path + " is no text in UTF-8");
        } catch (IOException e) {
            throw new ConfigException(place + ": " + path + " cannot be read; name a file that is there and readable");
        }
    }

    /** Composing nodes takes stack for each level; a configuration file has two. */
    private void requireShallow(Iterable<Event> events) throws ConfigException {
        int depth = 0;
        for (Event event : events) {
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            if (depth > MAX_DEPTH) {
                throw new ConfigException(
                        name + ":" + line(event.getStartMark()) + ": this is nested too deep: write one setting a line, as port: 8000");
            }
        }
    }

    private void take(Optional<Node> root) throws ConfigException {
        if (root.isEmpty() || isNull(root.get())) {
            return;
        }
        if (!(root.get() instanceof MappingNode mapping)) {
            throw new ConfigException(at(root.get()) + ": write one setting a line, as port: 8000");
        }
        for (NodeTuple tuple : mapping.getValue()) {
            // The library takes no other keys.
            ScalarNode key = (ScalarNode) tuple.getKeyNode();
            String place = at(key) + " " + oneLine(key.getValue());
            OptionName option = OptionName.find(key.getValue())
                    .orElseThrow(() -> new ConfigException(
                            place + ": unknown key, did you mean " + OptionName.nearest(key.getValue(), OptionName::key) + "?"));
            if (option.option() == Option.CONFIG || option.option().spec().group() == Group.OTHER) {
                throw new ConfigException(place + " is for the command line only");
            }
            if (entries.containsKey(option)) {
                throw new ConfigException(place + " stands twice in this file");
            }
            entries.put(option, new Given(value(option, tuple.getValueNode(), place), place));
        }
        entries.values().removeIf(given -> given.text().isEmpty());
    }

    private String value(OptionName option, Node node, String place) throws ConfigException {
        if (node instanceof ScalarNode scalar) {
            return scalar(scalar, place);
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw new ConfigException(place + " has settings below it: write each on a line of its own, with its whole name");
        }
        if (option.file() || !option.option().spec().list()) {
            throw new ConfigException(place + " takes one value, not a list");
        }
        List<String> texts = new ArrayList<>();
        for (Node each : sequence.getValue()) {
            if (!(each instanceof ScalarNode scalar)) {
                throw new ConfigException(place + " takes a list of simple values");
            }
            texts.add(scalar(scalar, place));
        }
        return String.join(",", texts);
    }

    private static String scalar(ScalarNode scalar, String place) throws ConfigException {
        if (isNull(scalar)) {
            return "";
        }
        if (!List.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL).contains(scalar.getTag())) {
            throw new ConfigException(place + " has a tag: write the value alone");
        }
        return scalar.getValue().strip();
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private String at(Node node) {
        return name + ":" + line(node.getStartMark());
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(Mark::getLine).orElse(0) + 1;
    }

    private static String oneLine(String text) {
        String line = text.lines().findFirst().orElse("").strip();
        return line.length() > 80 ? line.substring(0, 80) + ".." : line;
    }
}
