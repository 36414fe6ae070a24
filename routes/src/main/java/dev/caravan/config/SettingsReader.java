package dev.caravan.config;

import dev.caravan.config.Settings.Broker;
import dev.caravan.inference.model.DownloadSettings;
import dev.caravan.inference.ort.DeviceRequest;
import dev.caravan.processors.session.SessionLimits;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;

/** Turns texts into {@link Settings}; the first thing wrong ends it with one line. */
public final class SettingsReader {

    /** What the native library can send, by the names SDP has for them. */
    private static final List<String> CODECS = List.of("VP8", "VP9", "H264", "AV1");

    private final OptionValues values;

    private SettingsReader(OptionValues values) {
        this.values = values;
    }

    public static Settings read(OptionValues values) throws ConfigException {
        return new SettingsReader(values).settings();
    }

    private Settings settings() throws ConfigException {
        return new Settings(
                server(),
                security(),
                folders(),
                pipelines(),
                inference(),
                webrtc(),
                kafka(),
                limits(),
                observability(),
                Duration.ofSeconds(number(Option.DRAIN_S, 0, 3600)),
                !toggle(Option.NO_BROWSER),
                values.placeholders());
    }

    private Settings.Server server() throws ConfigException {
        String host = values.text(Option.HOST);
        if (!Hosts.isLoopback(host) && values.find(Option.TOKEN).or(() -> values.find(Option.OIDC_ISSUER)).isEmpty()) {
            throw new ConfigException("--host " + host + " can be reached from other machines: set --token or --oidc-issuer as well");
        }
        Set<String> hosts = new LinkedHashSet<>(lower(Option.ALLOWED_HOSTS));
        hosts.addAll(lower(Option.PUBLIC_ADDRESS));
        return new Settings.Server(
                host,
                (int) number(Option.PORT, 0, 65535),
                pemFiles(Option.TLS_CERTIFICATE, Option.TLS_KEY),
                Set.copyOf(lower(Option.ALLOWED_ORIGINS)),
                Set.copyOf(hosts));
    }

    private Settings.Security security() throws ConfigException {
        Settings.Security security = new Settings.Security(
                secret(Option.TOKEN),
                secret(Option.PRODUCER_TOKEN),
                secret(Option.VIEWER_TOKEN),
                secret(Option.METRICS_TOKEN),
                secret(Option.JOIN_TOKEN_KEY),
                Duration.ofSeconds(number(Option.JOIN_TOKEN_MAX_S, 1, 31_536_000)),
                oidc(),
                new Settings.PerPrincipal(
                        (int) number(Option.REQUEST_RATE, 0, 1_000_000),
                        (int) number(Option.MAX_SESSIONS_EACH, 0, 10_000),
                        (int) number(Option.MAX_VIEWERS_EACH, 0, 10_000)));
        if (security.joinTokenKey().filter(key -> key.value().length() < 32).isPresent()) {
            throw new ConfigException(Option.JOIN_TOKEN_KEY.flag() + " is too short: use 32 characters or more");
        }
        for (Option other : List.of(Option.PRODUCER_TOKEN, Option.VIEWER_TOKEN, Option.METRICS_TOKEN)) {
            if (values.find(other).isPresent() && !security.guarded()) {
                throw new ConfigException(other.flag() + " shuts nobody out by itself: set --token or --oidc-issuer as well");
            }
        }
        return security;
    }

    private Optional<Settings.Oidc> oidc() throws ConfigException {
        Optional<URI> issuer = address(Option.OIDC_ISSUER, "https://login.example.org/realms/video");
        if (issuer.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Settings.Oidc(
                issuer.get(),
                values.text(Option.OIDC_AUDIENCE),
                address(Option.OIDC_JWKS_URL, "https://login.example.org/realms/video/certs"),
                values.text(Option.OIDC_ROLES_CLAIM),
                Set.copyOf(list(Option.OIDC_OPERATORS)),
                Set.copyOf(list(Option.OIDC_PRODUCERS)),
                Set.copyOf(list(Option.OIDC_VIEWERS))));
    }

    private Settings.Folders folders() throws ConfigException {
        Path data = folder(Option.DATA).orElseThrow();
        Path models = folder(Option.MODELS_DIR).orElse(data.resolve("models"));
        return new Settings.Folders(
                data,
                models,
                folder(Option.ASSETS_DIR).orElse(models.resolveSibling("assets")),
                folder(Option.LORA_DIR).orElse(models.resolve("lora")),
                folder(Option.LORA_SHARED_DIR),
                folder(Option.LOGS_DIR).orElse(data.resolve("logs")),
                folder(Option.ROUTES_DIR).orElse(data.resolve("routes")));
    }

    private Settings.Pipelines pipelines() throws ConfigException {
        Map<String, String> standIns = new LinkedHashMap<>();
        for (String pair : list(Option.STAND_IN)) {
            String[] ids = pair.split("=", 2);
            if (ids.length != 2 || ids[0].isBlank() || ids[1].isBlank()) {
                throw bad(Option.STAND_IN, pair, "write it as longlive=test-card");
            }
            standIns.put(ids[0].strip(), ids[1].strip());
        }
        return new Settings.Pipelines(
                values.find(Option.PIPELINE), standIns, secret(Option.HF_TOKEN), secret(Option.CIVITAI_API_TOKEN), downloads(), loras());
    }

    private Settings.Loras loras() throws ConfigException {
        List<String> hosts = lower(Option.LORA_HOSTS);
        for (String host : hosts) {
            if (!host.matches("([a-z0-9._-]+|\\[[0-9a-f:.]+])(:\\d{1,5})?")) {
                throw bad(Option.LORA_HOSTS, host, "use a name or address like nas.example.org:8080");
            }
        }
        return new Settings.Loras(
                address(Option.CIVITAI_ENDPOINT, "https://civitai.com").orElseThrow(),
                Set.copyOf(hosts),
                number(Option.MAX_LORA_MB, 1, 1 << 20) << 20);
    }

    private Settings.Downloads downloads() throws ConfigException {
        return new Settings.Downloads(
                address(Option.HF_ENDPOINT, DownloadSettings.HUGGING_FACE.toString()).orElseThrow(),
                proxy(),
                (int) number(Option.PARALLEL_DOWNLOADS, 1, DownloadSettings.MAX_PARALLEL));
    }

    /** Never repeats what was given: it may hold a password. */
    private Optional<Settings.Proxy> proxy() throws ConfigException {
        Optional<String> text = values.find(Option.PROXY);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text.get());
            if ("http".equals(uri.getScheme()) && uri.getHost() != null) {
                Optional<Secret> login = Optional.ofNullable(uri.getUserInfo()).map(Secret::new);
                return Optional.of(new Settings.Proxy(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort(), login));
            }
        } catch (URISyntaxException e) {
            // Said below, like an address of another kind.
        }
        throw new ConfigException(Option.PROXY.flag() + " cannot be used, write it as http://host:port or http://user:password@host:port");
    }

    private Settings.Inference inference() throws ConfigException {
        String text = values.text(Option.DEVICE).toLowerCase(Locale.ROOT);
        DeviceRequest device = Arrays.stream(DeviceRequest.values())
                .filter(known -> known.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> bad(Option.DEVICE, text, "use auto, cuda or cpu"));
        int threads = (int) number(Option.INFERENCE_THREADS, 0, 1024);
        return new Settings.Inference(
                device, folder(Option.ORT), threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    }

    private Settings.WebRtc webrtc() throws ConfigException {
        List<String> turnUrls = list(Option.TURN_URL);
        Optional<Settings.Turn> turn = turnUrls.isEmpty()
                ? Optional.empty()
                : Optional.of(new Settings.Turn(
                        turnUrls, values.find(Option.TURN_USERNAME), secret(Option.TURN_CREDENTIAL)));
        Optional<Settings.Twilio> twilio = values.find(Option.TWILIO_ACCOUNT_SID)
                .flatMap(sid -> secret(Option.TWILIO_AUTH_TOKEN).map(token -> new Settings.Twilio(sid, token)));
        return new Settings.WebRtc(
                udpPorts(),
                publicAddresses(),
                codecs(),
                (int) number(Option.MAX_BITRATE_KBPS, 100, 100_000),
                values.text(Option.STUN_URL),
                hubStunUrl(),
                turn,
                address(Option.TURN_BROKER, "https://turn.example.org/credentials"),
                twilio);
    }

    private Optional<String> hubStunUrl() throws ConfigException {
        Optional<String> url = values.find(Option.HUB_STUN_URL);
        if (url.isPresent() && !url.get().matches("stuns?:[^\\s/]+")) {
            throw bad(Option.HUB_STUN_URL, url.get(), "use an address like stun:stun.example.org:3478");
        }
        return url;
    }

    private List<String> codecs() throws ConfigException {
        List<String> codecs = list(Option.CODEC).stream().map(name -> name.toUpperCase(Locale.ROOT)).toList();
        if (!CODECS.containsAll(codecs)) {
            throw bad(Option.CODEC, values.text(Option.CODEC), "choose among " + String.join(", ", CODECS));
        }
        return codecs;
    }

    private List<String> publicAddresses() throws ConfigException {
        List<String> addresses = list(Option.PUBLIC_ADDRESS);
        for (String address : addresses) {
            if (!address.matches("[A-Za-z0-9.:-]+")) {
                throw bad(Option.PUBLIC_ADDRESS, address, "use an address like 203.0.113.7 or a host name");
            }
        }
        return addresses;
    }

    private Optional<Settings.PortRange> udpPorts() throws ConfigException {
        Optional<String> text = values.find(Option.UDP_PORTS);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String[] ends = text.get().split("-", 2);
        try {
            int min = Integer.parseInt(ends[0].strip());
            int max = Integer.parseInt(ends[1].strip());
            if (1 <= min && min <= max && max <= 65535) {
                return Optional.of(new Settings.PortRange(min, max));
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            // Said below, with the two other ways to get it wrong.
        }
        throw bad(Option.UDP_PORTS, text.get(), "write it as 50000-50100");
    }

    private Settings.Kafka kafka() throws ConfigException {
        String text = values.text(Option.KAFKA);
        Broker broker = switch (text) {
            case "embedded" -> new Broker.Embedded((int) number(Option.KAFKA_PORT, 0, 65535));
            case "none" -> new Broker.None();
            default -> {
                if (!Arrays.stream(text.split(",", -1)).allMatch(SettingsReader::isServer)) {
                    throw bad(Option.KAFKA, text, "use embedded, none or HOST:PORT");
                }
                yield new Broker.Cluster(text);
            }
        };
        return new Settings.Kafka(broker, values.text(Option.KAFKA_GROUP), values.find(Option.KAFKA_TOPIC),
                (int) number(Option.KAFKA_OUT_FPS, 0, 1000), (int) number(Option.KAFKA_OUT_QUALITY, 1, 100), kafkaAccess());
    }

    private Settings.KafkaAccess kafkaAccess() throws ConfigException {
        Optional<Settings.Login> login = values.find(Option.KAFKA_SASL_USERNAME)
                .flatMap(user -> secret(Option.KAFKA_SASL_PASSWORD).map(p -> new Settings.Login(user, p)));
        if (values.find(Option.KAFKA_SASL_USERNAME).isPresent() != values.find(Option.KAFKA_SASL_PASSWORD).isPresent()) {
            throw new ConfigException("--kafka-sasl-username and --kafka-sasl-password go together: set both or none");
        }
        Optional<Path> authority = folder(Option.KAFKA_CA);
        Optional<Settings.PemFiles> identity = pemFiles(Option.KAFKA_CERTIFICATE, Option.KAFKA_KEY);
        String wish = oneOf(Option.KAFKA_SECURITY, "auto", "plaintext", "ssl", "sasl_plaintext", "sasl_ssl");
        boolean tls = authority.isPresent() || identity.isPresent();
        String protocol = !wish.equals("auto") ? wish : login.isPresent() ? "sasl_ssl" : tls ? "ssl" : "plaintext";
        if (protocol.startsWith("sasl") && login.isEmpty()) {
            throw bad(Option.KAFKA_SECURITY, wish, "set --kafka-sasl-username and --kafka-sasl-password as well");
        }
        String mechanism = oneOf(Option.KAFKA_SASL_MECHANISM, "plain", "scram-sha-256", "scram-sha-512");
        return new Settings.KafkaAccess(
                protocol.toUpperCase(Locale.ROOT), authority, identity, mechanism.toUpperCase(Locale.ROOT), login);
    }

    private Settings.Observability observability() throws ConfigException {
        boolean json = oneOf(Option.LOG_FORMAT, "text", "json").equals("json");
        Optional<Settings.Traces> traces = Optional.empty();
        Optional<URI> endpoint = address(Option.TRACES_ENDPOINT, "http://localhost:4317");
        if (endpoint.isPresent()) {
            traces = Optional.of(new Settings.Traces(endpoint.get(), share(Option.TRACES_SAMPLE)));
        }
        return new Settings.Observability(json, toggle(Option.VERBOSE), traces);
    }

    private Settings.Limits limits() throws ConfigException {
        SessionLimits defaults = SessionLimits.DEFAULTS;
        SessionLimits sessions = new SessionLimits(
                (int) number(Option.MAX_SESSIONS, 1, 10_000),
                (int) number(Option.MAX_VIEWERS, 1, 10_000),
                number(Option.MAX_SESSION_MB, 16, 65_536) << 20,
                Duration.ofSeconds(number(Option.CLOSE_GRACE_S, 0, 86_400)),
                Duration.ofSeconds(number(Option.IDLE_PAUSE_S, 1, 86_400)),
                defaults.sourceSilence(),
                defaults.reopenCoolDown());
        return new Settings.Limits(
                number(Option.MAX_ASSET_MB, 1, 1024) << 20,
                (int) number(Option.MAX_FRAME_MB, 1, 64) << 20,
                (int) number(Option.MAX_PICTURE_PIXELS, 4096, 1 << 28),
                Duration.ofMillis(number(Option.FRAME_AGE_MS, 1, 3_600_000)),
                sessions);
    }

    private static boolean isServer(String text) {
        return text.matches("[^\\s:]+:\\d{1,5}") && Integer.parseInt(text.substring(text.indexOf(':') + 1)) <= 65535;
    }

    private long number(Option option, long min, long max) throws ConfigException {
        String text = values.text(option);
        try {
            long value = Long.parseLong(text);
            if (min <= value && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, with the range.
        }
        throw bad(option, text, "use a whole number from " + min + " to " + max);
    }

    private boolean toggle(Option option) throws ConfigException {
        String text = values.text(option).toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off" -> false;
            default -> throw bad(option, text, "use true or false");
        };
    }

    private Optional<URI> address(Option option, String example) throws ConfigException {
        Optional<String> text = values.find(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text.get());
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException e) {
            // Said below, like an address of another kind.
        }
        throw bad(option, values.text(option), "use an address like " + example);
    }

    private Optional<Path> folder(Option option) throws ConfigException {
        Optional<String> text = values.find(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            String home = System.getProperty("user.home");
            return Optional.of(Path.of(text.get().replaceFirst("^~(?=/|$)", Matcher.quoteReplacement(home)))
                    .toAbsolutePath()
                    .normalize());
        } catch (InvalidPathException e) {
            throw bad(option, text.get(), "use the path of a folder");
        }
    }

    private Optional<Settings.PemFiles> pemFiles(Option certificate, Option key) throws ConfigException {
        Optional<Path> chain = folder(certificate);
        Optional<Path> secret = folder(key);
        if (chain.isPresent() != secret.isPresent()) {
            throw new ConfigException(certificate.flag() + " and " + key.flag() + " go together: set both or none");
        }
        return chain.map(path -> new Settings.PemFiles(path, secret.orElseThrow()));
    }

    private String oneOf(Option option, String... known) throws ConfigException {
        String text = values.text(option).toLowerCase(Locale.ROOT);
        if (!List.of(known).contains(text)) {
            throw bad(option, values.text(option), "use " + String.join(", ", known));
        }
        return text;
    }

    private double share(Option option) throws ConfigException {
        String text = values.text(option);
        try {
            double value = Double.parseDouble(text);
            if (0 <= value && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, with the range.
        }
        throw bad(option, text, "use a number from 0 to 1");
    }

    private Optional<Secret> secret(Option option) {
        return values.find(option).map(Secret::new);
    }

    private List<String> lower(Option option) {
        return list(option).stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }

    private List<String> list(Option option) {
        return Arrays.stream(values.text(option).split(","))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private static ConfigException bad(Option option, String given, String instead) {
        return new ConfigException(option.flag() + ": '" + given + "' cannot be used, " + instead);
    }
}
