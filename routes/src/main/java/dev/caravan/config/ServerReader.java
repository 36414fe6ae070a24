package dev.caravan.config;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the groups Server and Security, but folders. */
final class ServerReader {

    private final Values values;

    private ServerReader(Values values) {
        this.values = values;
    }

    static Settings.Server server(Values values) throws ConfigException {
        return new ServerReader(values).server();
    }

    static Settings.Security security(Values values) throws ConfigException {
        return new ServerReader(values).security();
    }

    private Settings.Server server() throws ConfigException {
        String host = values.text(Option.HOST);
        if (!Hosts.isLoopback(host, values.name(Option.HOST))
                && values.find(Option.TOKEN).or(() -> values.find(Option.OIDC_ISSUER)).isEmpty()) {
            throw new ConfigException(values.name(Option.HOST) + " " + host + " can be reached from other machines: set --token or --oidc-issuer as well");
        }
        Set<String> hosts = new LinkedHashSet<>(values.lower(Option.ALLOWED_HOSTS));
        hosts.addAll(values.lower(Option.PUBLIC_ADDRESS));
        return new Settings.Server(
                host,
                (int) values.number(Option.PORT, 0, 65535),
                values.pemFiles(Option.TLS_CERTIFICATE, Option.TLS_KEY),
                Set.copyOf(values.lower(Option.ALLOWED_ORIGINS)),
                Set.copyOf(hosts));
    }

    private Settings.Security security() throws ConfigException {
        Settings.Security security = new Settings.Security(
                values.secret(Option.TOKEN),
                values.secret(Option.PRODUCER_TOKEN),
                values.secret(Option.VIEWER_TOKEN),
                values.secret(Option.METRICS_TOKEN),
                values.secret(Option.JOIN_TOKEN_KEY),
                Duration.ofSeconds(values.number(Option.JOIN_TOKEN_MAX_S, 1, 31_536_000)),
                oidc(),
                new Settings.PerPrincipal(
                        (int) values.number(Option.REQUEST_RATE, 0, 1_000_000),
                        (int) values.number(Option.MAX_SESSIONS_EACH, 0, 10_000),
                        (int) values.number(Option.MAX_VIEWERS_EACH, 0, 10_000)));
        if (security.joinTokenKey().filter(key -> key.value().length() < 32).isPresent()) {
            throw new ConfigException(values.name(Option.JOIN_TOKEN_KEY) + " is too short: use 32 characters or more");
        }
        for (Option other : List.of(Option.PRODUCER_TOKEN, Option.VIEWER_TOKEN, Option.METRICS_TOKEN)) {
            if (values.find(other).isPresent() && !security.guarded()) {
                throw new ConfigException(values.name(other) + " shuts nobody out by itself: set --token or --oidc-issuer as well");
            }
        }
        return security;
    }

    private Optional<Settings.Oidc> oidc() throws ConfigException {
        Optional<URI> issuer = values.address(Option.OIDC_ISSUER, "https://login.example.org/realms/video");
        if (issuer.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Settings.Oidc(
                issuer.get(),
                values.text(Option.OIDC_AUDIENCE),
                values.address(Option.OIDC_JWKS_URL, "https://login.example.org/realms/video/certs"),
                values.text(Option.OIDC_ROLES_CLAIM),
                Set.copyOf(values.list(Option.OIDC_OPERATORS)),
                Set.copyOf(values.list(Option.OIDC_PRODUCERS)),
                Set.copyOf(values.list(Option.OIDC_VIEWERS))));
    }
}
