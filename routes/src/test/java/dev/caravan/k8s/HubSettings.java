package dev.caravan.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.config.ConfigException;
import dev.caravan.config.Option;
import dev.caravan.config.OptionSpec;
import dev.caravan.config.OptionValues;
import dev.caravan.config.Settings;
import dev.caravan.config.SettingsReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/** What a hub is started with by its settings file and the environment of its container, read by the code that reads it there. */
final class HubSettings {

    /** Stands for what secrets and the cluster fill in: long enough for a key, fit for an address. */
    private static final String FILLED_IN = "00000000.00000000.00000000.00000000";

    private HubSettings() {}

    /** @throws AssertionError for a name that is no option, and for what the hub would refuse */
    static Settings read(Map<String, String> file, Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(environment);
        // It names the file, whose place is known to the cluster alone.
        variables.keySet().removeAll(Option.CONFIG.variables());
        variables.keySet().forEach(name -> option(name).orElseThrow(() -> new AssertionError(name + " is read by nobody")));
        List<String> flags = new ArrayList<>();
        file.forEach((key, value) -> {
            Option option = option(key).orElseThrow(() -> new AssertionError(key + " is no setting"));
            if (option.variables().stream().noneMatch(variables::containsKey)) {
                flags.add("--" + key + "=" + value);
            }
        });
        try {
            return SettingsReader.read(OptionValues.read(flags, variables, new Properties()));
        } catch (ConfigException e) {
            throw new AssertionError("the hub would not start: " + e.getMessage(), e);
        }
    }

    static Settings of(Rendering rendering) {
        return read(file(rendering.settingsFile()), environment(rendering.hubContainer().at("/env")));
    }

    /** Lists become texts with commas. */
    static Map<String, String> file(JsonNode yaml) {
        return yaml.properties().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().isArray()
                ? entry.getValue().valueStream().map(JsonNode::asText).collect(Collectors.joining(","))
                : entry.getValue().asText()));
    }

    static Map<String, String> environment(JsonNode env) {
        return env.valueStream().collect(Collectors.toMap(
                each -> each.at("/name").asText(),
                each -> each.at("/value").isMissingNode() ? FILLED_IN : each.at("/value").asText()));
    }

    /** By key, variable, or the name of the file a secret lies in. */
    private static Optional<Option> option(String name) {
        return Arrays.stream(Option.values())
                .filter(option -> option.key().equals(name)
                        || option.variables().contains(name)
                        || (option.spec().kind() == OptionSpec.Kind.SECRET && (option.key() + "-file").equals(name)))
                .findFirst();
    }
}
