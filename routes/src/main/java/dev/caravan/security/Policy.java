package dev.caravan.security;

import static dev.caravan.security.Policy.Need.METRICS;
import static dev.caravan.security.Policy.Need.OPEN;
import static dev.caravan.security.Policy.Need.OPERATOR;
import static dev.caravan.security.Policy.Need.PRODUCER;
import static dev.caravan.security.Policy.Need.VIEWER;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who may call what: one table, the first row that fits counts. What no row names is for operators: a user's own routes, and whatever is
 * mounted one day without a thought for this.
 *
 * <p>In a path {@code {name}} is one segment and {@code **} all that follows. Who holds a token for one session gets past a row with
 * {@code {session}} when it is theirs, and past rows marked {@link Scope#SHARED}; other rows are about all sessions, or none, and refuse
 * them. Some operations look closer themselves: whether an offer only watches, whether a peer or a session is the caller's own.
 */
public final class Policy {

    private static final String ANY = "*";

    private static final List<Rule> TABLE = Stream.of(
                    rows(OPEN, Scope.SHARED, "GET", "/health/live", "/health/ready", "/health/startup"),
                    // Open for what Jolokia and pictures are not: they want an operator whatever way they are reached.
                    rows(OPERATOR, Scope.HUB, ANY, "/jolokia**", "/hawtio/jolokia**", "/hawtio/frames**"),
                    // The console's files are everybody's, and its login form has to be seen to log in.
                    rows(OPEN, Scope.SHARED, "POST", "/hawtio/auth/login", "/hawtio/auth/logout"),
                    rows(OPEN, Scope.SHARED, "GET", "/hawtio", "/hawtio/**"),
                    rows(METRICS, Scope.HUB, "GET", "/metrics", "/metrics/**"),

                    rows(VIEWER, Scope.SHARED, "GET", "/api/v1/me", "/health", "/openapi.json", "/api/v1/hub/info", "/api/v1/hardware/info"),
                    rows(VIEWER, Scope.SHARED, "GET",
                            "/api/v1/pipelines/schemas", "/api/v1/pipeline/status", "/api/v1/nodes/definitions", "/api/v1/models/status"),
                    rows(VIEWER, Scope.SHARED, "GET",
                            "/api/v1/onboarding/status", "/api/v1/cloud/status", "/api/v1/plugins", "/api/v1/osc/status", "/api/v1/osc/paths",
                            "/api/v1/dmx/status", "/api/v1/dmx/config", "/api/v1/tempo/status", "/api/v1/tempo/sources",
                            "/api/v1/input-sources"),
                    // An offer of a viewer may only watch; a peer is touched by who made it.
                    rows(VIEWER, Scope.SHARED, "GET", "/api/v1/webrtc/ice-servers"),
                    rows(VIEWER, Scope.SHARED, "POST", "/api/v1/webrtc/offer"),
                    rows(VIEWER, Scope.SHARED, "PATCH", "/api/v1/webrtc/offer/{peer}"),
                    rows(VIEWER, Scope.SHARED, "DELETE", "/api/v1/webrtc/offer/{peer}"),
                    // Lists the caller's own alone, where there is but one.
                    rows(VIEWER, Scope.SHARED, "GET", "/api/v1/sessions"),
                    rows(VIEWER, Scope.HUB, "GET",
                            "/api/v1/sessions/{session}", "/api/v1/sessions/{session}/parameters", "/api/v1/sessions/{session}/frame"),
                    rows(VIEWER, Scope.HUB, "GET",
                            "/api/v1/session/parameters", "/api/v1/session/frame", "/api/v1/session/metrics"),

                    rows(PRODUCER, Scope.HUB, "POST", "/api/v1/sessions"),
                    rows(PRODUCER, Scope.HUB, "POST", "/api/v1/sessions/{session}/parameters", "/api/v1/sessions/{session}/frames"),
                    // Their own only.
                    rows(PRODUCER, Scope.HUB, "DELETE", "/api/v1/sessions/{session}"),
                    rows(PRODUCER, Scope.HUB, "POST",
                            "/api/v1/session/start", "/api/v1/session/stop", "/api/v1/session/parameters", "/api/v1/workflow/resolve"),
                    rows(PRODUCER, Scope.HUB, "GET", "/api/v1/assets", "/api/v1/assets/**", "/api/v1/loras", "/api/v1/lora/list"),
                    rows(PRODUCER, Scope.HUB, "POST", "/api/v1/assets"),
                    // For viewers of their own sessions; operators make any.
                    rows(PRODUCER, Scope.HUB, "POST", "/api/v1/tokens"),

                    rows(OPERATOR, Scope.HUB, "DELETE", "/api/v1/tokens/{id}"),
                    rows(OPERATOR, Scope.HUB, "POST", "/api/v1/pipeline/load", "/api/v1/models/download", "/api/v1/restart"),
                    rows(OPERATOR, Scope.HUB, "POST", "/api/v1/loras", "/api/v1/lora/download"),
                    rows(OPERATOR, Scope.HUB, "DELETE", "/api/v1/loras/{name}"),
                    rows(OPERATOR, Scope.HUB, "PUT", "/api/v1/lora/{file}/provenance", "/api/v1/onboarding/status"),
                    rows(OPERATOR, Scope.HUB, ANY, "/api/v1/keys", "/api/v1/keys/**", "/api/v1/logs/**"),
                    rows(OPERATOR, Scope.HUB, ANY, "/api/v1/routes", "/api/v1/routes/**"))
            .flatMap(List::stream)
            .toList();

    private static final Rule OTHERS = new Rule(ANY, "whatever else", Pattern.compile(".*", Pattern.DOTALL), OPERATOR, Scope.HUB);

    private Policy() {}

    /** All rows, in the order they count. */
    static List<Rule> table() {
        return TABLE;
    }

    /** The row for a request, or that for all others. */
    public static Rule rule(String method, String path) {
        return find(method, path).orElse(OTHERS);
    }

    /**
     * The row that names a request.
     *
     * @param method upper case; HEAD is asked for like GET
     * @param path   normalised, still encoded: in the form that the router chooses by
     */
    public static Optional<Rule> find(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        // The router takes a slash at the end for none.
        String trimmed = path.length() > 1 ? path.replaceFirst("/+$", "") : path;
        return TABLE.stream().filter(rule -> rule.fits(asked, trimmed)).findFirst();
    }

    private static List<Rule> rows(Need need, Scope scope, String method, String... paths) {
        return Stream.of(paths).map(path -> new Rule(method, path, pattern(path), need, scope)).toList();
    }

    private static Pattern pattern(String path) {
        String regex = Stream.of(path.split("(?=\\{)|(?<=})|(?=\\*\\*)"))
                .map(part -> part.startsWith("{") ? part.equals("{session}") ? "(?<session>[^/]+)" : "[^/]+"
                        : part.equals("**") ? ".*" : Pattern.quote(part))
                .collect(Collectors.joining());
        return Pattern.compile(regex, Pattern.DOTALL);
    }

    /** What it takes. */
    public enum Need {
        /** Nothing. */
        OPEN,
        METRICS,
        VIEWER,
        PRODUCER,
        OPERATOR;

        boolean isMetBy(Role role) {
            return switch (this) {
                case OPEN -> true;
                // Figures of the whole hub are no business of those who look at sessions.
                case METRICS -> role == Role.METRICS || role == Role.OPERATOR;
                case VIEWER -> role.covers(Role.VIEWER);
                case PRODUCER -> role.covers(Role.PRODUCER);
                case OPERATOR -> role.covers(Role.OPERATOR);
            };
        }
    }

    /** What a row is about. */
    enum Scope {
        /** All sessions or the hub as a whole, unless the path names a session. */
        HUB,
        /** Nothing that belongs to a session, or told apart by the operation itself. */
        SHARED
    }

    /** A row. */
    public record Rule(String method, String path, Pattern pattern, Need need, Scope scope) {

        /** Whether everybody may, whoever they are. */
        public boolean open() {
            return need == OPEN;
        }

        private boolean fits(String asked, String trimmed) {
            return (method.equals(ANY) || method.equals(asked)) && pattern.matcher(trimmed).matches();
        }

        /** Why somebody may not, in one line for them; empty when they may. @param path of the request */
        public Optional<String> refusal(Principal who, String path) {
            if (open()) {
                return Optional.empty();
            }
            if (!need.isMetBy(who.role())) {
                return Optional.of("This needs the role " + need.name().toLowerCase(Locale.ROOT) + "; your token has the role "
                        + who.role().wireName());
            }
            return who.session().filter(only -> !concerns(only, path)).map(only -> "Your token is for session " + only + " only");
        }

        private boolean concerns(String session, String path) {
            if (scope == Scope.SHARED) {
                return true;
            }
            Matcher matcher = pattern.matcher(path.replaceFirst("/+$", ""));
            return this.path.contains("{session}") && matcher.matches() && matcher.group("session").equals(session);
        }
    }
}
