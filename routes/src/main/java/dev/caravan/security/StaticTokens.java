package dev.caravan.security;

import dev.caravan.config.Secret;
import dev.caravan.config.Settings;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tokens of the settings: one for each role at most. Thread-safe. */
final class StaticTokens implements TokenVerifier {

    private final List<Known> known = new ArrayList<>();

    StaticTokens(Settings.Security settings) {
        add(settings.operator(), Role.OPERATOR);
        add(settings.producer(), Role.PRODUCER);
        add(settings.viewer(), Role.VIEWER);
        add(settings.metrics(), Role.METRICS);
    }

    private void add(Optional<Secret> token, Role role) {
        token.ifPresent(secret ->
                known.add(new Known(Digests.sha256(secret.value()), Principal.of("token:" + role.wireName(), role))));
    }

    @Override
    public Optional<Principal> verify(String token) {
        byte[] digest = Digests.sha256(token);
        Optional<Principal> found = Optional.empty();
        // All of them, each in the same time wherever it differs; the first counts where two settings have one token.
        for (Known each : known) {
            boolean equal = MessageDigest.isEqual(each.digest(), digest);
            found = found.isEmpty() && equal ? Optional.of(each.principal()) : found;
        }
        return found;
    }

    private record Known(byte[] digest, Principal principal) {}
}
