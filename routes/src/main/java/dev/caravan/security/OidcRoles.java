package dev.caravan.security;

import dev.caravan.config.Settings;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which role the claims of a token give: the highest one that any value of the roles claim stands for. Immutable. */
final class OidcRoles {

    private static final String EVERYBODY = "*";

    private final String path;
    private final List<Rule> rules;

    private record Rule(Role role, Set<String> values) {}

    OidcRoles(Settings.Oidc settings) {
        this.path = settings.rolesClaim();
        this.rules = List.of(
                new Rule(Role.OPERATOR, settings.operators()),
                new Rule(Role.PRODUCER, settings.producers()),
                new Rule(Role.VIEWER, settings.viewers()));
    }

    Optional<Role> of(Map<String, Object> claims) {
        Set<String> given = values(find(claims, path));
        return rules.stream()
                .filter(rule -> rule.values().contains(EVERYBODY) || rule.values().stream().anyMatch(given::contains))
                .map(Rule::role)
                .findFirst();
    }

    /** A name may have dots of its own, {@code https://example.org/roles} for one, so each dot is tried as one and as a step. */
    private static @Nullable Object find(Map<?, ?> object, String path) {
        if (object.containsKey(path)) {
            return object.get(path);
        }
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            if (object.get(path.substring(0, dot)) instanceof Map<?, ?> inner) {
                Object found = find(inner, path.substring(dot + 1));
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static Set<String> values(@Nullable Object claim) {
        Set<String> values = new HashSet<>();
        if (claim instanceof String text) {
            values.addAll(List.of(text.strip().split("\\s+")));
            values.add(text.strip());
        } else if (claim instanceof Collection<?> list) {
            list.stream().filter(String.class::isInstance).map(String.class::cast).forEach(values::add);
        }
        // In a token it is a name like any other.
        values.remove(EVERYBODY);
        return values;
    }
}
