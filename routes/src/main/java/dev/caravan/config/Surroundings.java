package dev.caravan.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads what the process was started in: environment variables and system properties. A name that is nearly one of ours ends the start. */
final class Surroundings {

    private static final String VARIABLE = "CARAVAN_";
    private static final String PROPERTY = "caravan.";

    /** What is no option: for the launcher, the build, the tests and the benchmarks. */
    private static final Set<String> OTHER_VARIABLES = Set.of(
            "CARAVAN_HEAP", "CARAVAN_JAVA_OPTS", "CARAVAN_GIT_COMMIT", "CARAVAN_SKIP_TEST_COMPILE");
    private static final Set<String> OTHER_PROPERTIES = Set.of(
            "caravan.log.folder", "caravan.log.level", "caravan.terminal", "caravan.build", "caravan.golden");

    /** What Kubernetes tells a pod of a service named caravan or caravan-something. */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "CARAVAN(_[A-Z0-9_]+)?_(SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?|PORT_\\d+_(TCP|UDP|SCTP)(_[A-Z]+)?)");
    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    private Surroundings() {}

    /** @throws ConfigException for a variable that begins like ours and is none */
    static Map<OptionName, Given> variables(Map<String, String> environment) throws ConfigException {
        Map<String, OptionName> known = new HashMap<>();
        OptionName.all().forEach(name -> name.variables().forEach(variable -> known.put(variable, name)));
        // In the order of the alphabet, so that of two wrong names always the same one is told.
        for (Map.Entry<String, String> entry : new TreeMap<>(environment).entrySet()) {
            String variable = entry.getKey();
            if (!variable.startsWith(VARIABLE) || entry.getValue().isBlank()) {
                continue;
            }
            if (SERVICE_LINK.matcher(variable).matches()
                    || variable.endsWith("_PORT") && SERVICE_ADDRESS.matcher(entry.getValue()).matches()) {
                throw new ConfigException(variable + " comes from Kubernetes, which tells pods of a service by such names:"
                        + " set enableServiceLinks: false in the pod");
            }
            if (!known.containsKey(variable) && !OTHER_VARIABLES.contains(variable)) {
                throw unknown("environment variable", variable, name -> name.variables().getFirst());
            }
        }
        Map<OptionName, Given> given = new HashMap<>();
        for (OptionName name : OptionName.all()) {
            name.variables().stream()
                    .filter(variable -> !environment.getOrDefault(variable, "").isBlank())
                    .findFirst()
                    .ifPresent(variable -> given.put(name, new Given(environment.get(variable).strip(), variable)));
        }
        return given;
    }

    /** @throws ConfigException for a property that begins like ours and is none */
    static Map<OptionName, Given> properties(Properties properties) throws ConfigException {
        Map<OptionName, Given> given = new HashMap<>();
        Map<String, String> sorted = new TreeMap<>();
        properties.stringPropertyNames().forEach(property -> sorted.put(property, properties.getProperty(property).strip()));
        for (Map.Entry<String, String> entry : sorted.entrySet()) {
            String property = entry.getKey();
            if (!property.startsWith(PROPERTY) || OTHER_PROPERTIES.contains(property) || entry.getValue().isEmpty()) {
                continue;
            }
            OptionName name = OptionName.find(property.substring(PROPERTY.length()))
                    .orElseThrow(() -> unknown("system property", property, OptionName::property));
            given.put(name, new Given(entry.getValue(), "-D" + property));
        }
        return given;
    }

    private static ConfigException unknown(String kind, String wrong, Function<OptionName, String> spelling) {
        return new ConfigException("unknown " + kind + " " + wrong + ": did you mean " + OptionName.nearest(wrong, spelling) + "? See --help");
    }
}
