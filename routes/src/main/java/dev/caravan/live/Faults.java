package dev.caravan.live;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.spi.EndpointUriFactory;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Makes one line for a person of what Camel throws: which line of the file, what is wrong, what there is instead. */
final class Faults {

    private static final int MAX_CHARACTERS = 400;
    private static final int KNOWN_OPTIONS = 12;

    private static final Pattern UNKNOWN_OPTIONS = Pattern.compile("Unknown parameters=\\[\\{(.*?)}]", Pattern.DOTALL);
    private static final Pattern URI_SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*):");
    private static final Pattern PATHS = Pattern.compile("(?<![\\w/:.])(?:file:)?(?:/[\\w.@+-]+)+/(?=[\\w.@+-])");
    private static final Pattern SECRETS = Pattern.compile(
            "(?i)((?:password|passphrase|secret|token|accesskey|secretkey|saslJaasConfig|credential)[\\w.]*\\s*[=:]\\s*)[^&\\s,;'\"]+");
    private static final Pattern LOGIN = Pattern.compile("://[^/@\\s]+@");

    private Faults() {}

    /** @param context that knows the components */
    static String line(Throwable thrown, RouteFile file, CamelContext context) {
        for (Throwable cause : causes(thrown)) {
            switch (cause) {
                case RouteFileException e -> {
                    return e.getMessage();
                }
                case MarkedYamlEngineException e -> {
                    int line = YamlText.line(e.getProblemMark().or(e::getContextMark).orElse(null));
                    return at(line, quiet(String.valueOf(e.getProblem())));
                }
                case ResolveEndpointFailedException e -> {
                    return endpoint(e, file, context);
                }
                case NoSuchEndpointException e -> {
                    return noComponent(e.getUri(), file);
                }
                default -> {}
            }
        }
        String why = worded(causes(thrown).getLast());
        Optional<String> route = routeId(thrown);
        int line = route.map(id -> file.lineOf(id::equals)).orElse(0);
        return at(line, route.filter(id -> line == 0).map(id -> "route " + id + ": " + why).orElse(why));
    }

    /** Without line breaks and other control characters, bounded. */
    static String oneLine(String text) {
        String plain = text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
        return plain.length() > MAX_CHARACTERS ? plain.substring(0, MAX_CHARACTERS) + "..." : plain;
    }

    /** Of any failure, in one line that names no folder of this machine and no secret. */
    static String worded(Throwable thrown) {
        String message = thrown.getMessage();
        return thrown instanceof RouteFileException
                ? oneLine(message)
                : quiet(message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message);
    }

    private static String quiet(String text) {
        String withoutSecrets = LOGIN.matcher(SECRETS.matcher(text).replaceAll("$1xxxxxx")).replaceAll("://xxxxxx@");
        return oneLine(PATHS.matcher(withoutSecrets).replaceAll(".../"));
    }

    private static String endpoint(ResolveEndpointFailedException e, RouteFile file, CamelContext context) {
        String message = String.valueOf(e.getMessage());
        String uri = String.valueOf(e.getUri());
        String shown = quiet(uri.replaceFirst("(?s)\\?.*", "").replaceFirst("://", ":"));
        Matcher scheme = URI_SCHEME.matcher(uri);
        String name = scheme.find() ? scheme.group(1) : "";
        Matcher unknown = UNKNOWN_OPTIONS.matcher(message);
        if (unknown.find()) {
            List<String> options = Stream.of(unknown.group(1).split(", ")).map(pair -> pair.split("=", 2)[0]).toList();
            int line = file.lineOf(text -> options.contains(text) || options.stream().anyMatch(option -> text.contains(option + "=")));
            String listed = options.stream().map(option -> "'" + option + "'").collect(Collectors.joining(", "));
            return at(line, "unknown option " + listed + " of " + shown + known(options.getFirst(), name, context));
        }
        int line = file.lineOf(text -> text.equals(name) || text.startsWith(name + ":"));
        if (message.contains("No component found")) {
            return noComponent(uri, file);
        }
        for (Throwable cause : causes(e)) {
            if (cause instanceof PropertyBindingException binding && binding.getPropertyName() != null) {
                return at(line, shown + ": option '" + binding.getPropertyName() + "' does not take "
                        + quiet(binding.getPropertyName() + "=" + binding.getValue()).split("=", 2)[1]);
            }
        }
        Throwable deepest = causes(e).getLast();
        String why = deepest == e ? quiet(message.replaceFirst("(?s)^.*? due to: ", "")) : worded(deepest);
        return at(line, shown + ": " + why);
    }

    private static String noComponent(String uri, RouteFile file) {
        String name = uri.replaceFirst("(?s):.*", "");
        int line = file.lineOf(text -> text.equals(name) || text.startsWith(name + ":"));
        return at(line, "unknown component '" + name + "': is it misspelt, or not part of this hub?");
    }

    private static String known(String option, String scheme, CamelContext context) {
        EndpointUriFactory factory = context.getCamelContextExtension().getEndpointUriFactory(scheme);
        Set<String> names = factory == null ? Set.of() : factory.propertyNames();
        if (names.isEmpty()) {
            return "";
        }
        List<String> nearest = names.stream()
                .sorted(Comparator.<String>comparingInt(name -> distance(option, name)).thenComparing(Comparator.naturalOrder()))
                .limit(KNOWN_OPTIONS)
                .toList();
        return "; known: " + (names.size() > KNOWN_OPTIONS
                ? String.join(", ", nearest) + ", ..."
                : String.join(", ", new TreeSet<>(names)));
    }

    /** How many letters have to be changed, added or left out (Levenshtein 1966). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1)) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    private static Optional<String> routeId(Throwable thrown) {
        return causes(thrown).stream()
                .map(cause -> switch (cause) {
                    case FailedToCreateRouteException e -> e.getRouteId();
                    case FailedToStartRouteException e -> e.getRouteId();
                    default -> null;
                })
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static List<Throwable> causes(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).limit(32).toList();
    }

    private static String at(int line, String text) {
        return oneLine(line > 0 ? "line " + line + ": " + text : text);
    }
}
