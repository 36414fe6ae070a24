package dev.caravan.config;

import dev.caravan.inference.ort.DeviceRequest;
import dev.caravan.processors.session.SessionLimits;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * Everything a hub is started with, typed and checked. Immutable.
 *
 * @param drain        how long a stopping hub lets sessions go on
 * @param browser      open the page in a browser
 * @param placeholders what routes may use as {@code {{caravan.some-name}}}; no secrets
 */
public record Settings(
        Server server,
        Security security,
        Folders folders,
        Pipelines pipelines,
        Inference inference,
        WebRtc webrtc,
        Kafka kafka,
        Limits limits,
        Observability observability,
        Duration drain,
        boolean browser,
        Properties placeholders) {

    /**
     * @param host           address to listen on
     * @param port           0 for a free one
     * @param tls            speaks HTTPS when present
     * @param allowedOrigins origins besides loopback ones, in lower case; {@code *} allows all
     * @param allowedHosts   host names and addresses besides loopback ones, in lower case, without port
     */
    public record Server(
            String host, int port, Optional<PemFiles> tls, Set<String> allowedOrigins, Set<String> allowedHosts) {}

    /** A certificate chain and its private key. */
    public record PemFiles(Path certificate, Path key) {}

    /**
     * Who may call. Without a token of operators and without an issuer everybody may do everything, which is only possible on loopback.
     *
     * @param operator      token of those who may do everything
     * @param producer      token of those who open and feed sessions
     * @param viewer        token of those who look
     * @param metrics       token that opens the metrics only
     * @param joinTokenKey  signs join tokens; a random one when empty
     * @param joinTokenMax  how long one may be valid
     * @param oidc          whose JWTs are taken besides
     * @param perPrincipal  what one caller may take
     */
    public record Security(
            Optional<Secret> operator,
            Optional<Secret> producer,
            Optional<Secret> viewer,
            Optional<Secret> metrics,
            Optional<Secret> joinTokenKey,
            Duration joinTokenMax,
            Optional<Oidc> oidc,
            PerPrincipal perPrincipal) {

        /** Whether callers have to say who they are. */
        public boolean guarded() {
            return operator.isPresent() || oidc.isPresent();
        }
    }

    /**
     * An OpenID provider.
     *
     * @param jwks       found through the issuer's discovery document when empty
     * @param rolesClaim claim with one text or a list of them; dots step into objects
     * @param operators  values that make an operator, and so on; {@code *} stands for every value and for none
     */
    public record Oidc(
            URI issuer,
            String audience,
            Optional<URI> jwks,
            String rolesClaim,
            Set<String> operators,
            Set<String> producers,
            Set<String> viewers) {}

    /** Limits of one caller; 0 for none. @param requests a second @param sessions open @param peers connected */
    public record PerPrincipal(int requests, int sessions, int peers) {}

    /**
     * Absolute paths. They need not exist yet.
     *
     * @param data    everything the hub keeps unless one of the others says otherwise
     * @param models  model files
     * @param assets  pictures and clips that clients upload
     * @param loras   LoRA files
     * @param samples more of them, never changed
     * @param logs    log files
     * @param routes  the user's own route files
     */
    public record Folders(Path data, Path models, Path assets, Path loras, Optional<Path> samples, Path logs, Path routes) {

        /** The embedded broker's records. */
        public Path kafka() {
            return data.resolve("kafka");
        }
    }

    /**
     * @param preload     pipeline to load at start
     * @param standIns    pipeline id to the id of the one that answers for it
     * @param huggingFace token for downloads and TURN servers
     * @param civitai     token for LoRA downloads
     * @param downloads   where model files come from
     * @param loras       where LoRA files come from
     */
    public record Pipelines(
            Optional<String> preload,
            Map<String, String> standIns,
            Optional<Secret> huggingFace,
            Optional<Secret> civitai,
            Downloads downloads,
            Loras loras) {}

    /**
     * @param hub      the Hugging Face hub or a mirror of it
     * @param proxy    all downloads go through it
     * @param parallel files fetched at once
     */
    public record Downloads(URI hub, Optional<Proxy> proxy, int parallel) {}

    /**
     * @param civitai  CivitAI or a mirror of it
     * @param hosts    {@code host} or {@code host:port} in lower case that may lie anywhere and need no TLS
     * @param maxBytes of one file
     */
    public record Loras(URI civitai, Set<String> hosts, long maxBytes) {}

    /** An HTTP proxy. @param login {@code user:password} */
    public record Proxy(String host, int port, Optional<Secret> login) {}

    /**
     * @param device  what models run on
     * @param natives folder with another build of ONNX Runtime
     * @param threads of a model on the CPU, at least 1
     */
    public record Inference(DeviceRequest device, Optional<Path> natives, int threads) {}

    /**
     * @param udpPorts        ports for media; any when empty
     * @param publicAddresses added to the candidates of every answer
     * @param codecs          video codecs in the order wished; empty keeps the order of each offer
     * @param maxBitrateKbps  video sent to one viewer at most
     * @param stunUrl         given to browsers when no TURN server is
     * @param hubStunUrl      asked by the hub for its own public address
     * @param turn            a TURN server of one's own
     * @param turnBroker      gives TURN servers for the Hugging Face token; empty unless named, because it gets to see the token
     * @param twilio          an account that gives TURN servers
     */
    public record WebRtc(
            Optional<PortRange> udpPorts,
            List<String> publicAddresses,
            List<String> codecs,
            int maxBitrateKbps,
            String stunUrl,
            Optional<String> hubStunUrl,
            Optional<Turn> turn,
            Optional<URI> turnBroker,
            Optional<Twilio> twilio) {}

    /** Both ends are included. */
    public record PortRange(int min, int max) {}

    public record Turn(List<String> urls, Optional<String> username, Optional<Secret> credential) {}

    public record Twilio(String accountSid, Secret authToken) {}

    /**
     * @param broker     where records go
     * @param group      consumer group
     * @param eventTopic also gets life-cycle events in Scope's form
     * @param outFps     generated frames a second and session at most; 0 for all
     * @param outQuality JPEG quality of generated frames, 1 to 100
     * @param access     how a cluster is reached
     */
    public record Kafka(
            Broker broker, String group, Optional<String> eventTopic, int outFps, int outQuality, KafkaAccess access) {}

    /**
     * @param protocol  of Kafka's own names: {@code PLAINTEXT}, {@code SSL}, {@code SASL_PLAINTEXT}, {@code SASL_SSL}
     * @param authority certificates the cluster's must be signed by; the system's when empty
     * @param identity  of the hub, for a cluster that asks for one
     * @param mechanism {@code PLAIN}, {@code SCRAM-SHA-256} or {@code SCRAM-SHA-512}
     * @param login     present when the protocol wants it
     */
    public record KafkaAccess(
            String protocol, Optional<Path> authority, Optional<PemFiles> identity, String mechanism, Optional<Login> login) {}

    /** Which Kafka. */
    public sealed interface Broker {

        /** One of our own. @param port 0 for a free one */
        record Embedded(int port) implements Broker {}

        /** A cluster. @param bootstrapServers {@code host:port}, separated by commas */
        record Cluster(String bootstrapServers) implements Broker {}

        /** None. */
        record None() implements Broker {}
    }

    public record Login(String username, Secret password) {}

    /**
     * @param assetBytes    size of an uploaded asset
     * @param frameBytes    size of one encoded picture
     * @param picturePixels pixels of one picture
     * @param frameAge      Kafka frames older than this are dropped
     * @param sessions      limits of sessions
     */
    public record Limits(long assetBytes, int frameBytes, int picturePixels, Duration frameAge, SessionLimits sessions) {}

    /**
     * @param json    log lines are JSON objects
     * @param verbose log more
     * @param traces  where they go; nothing is traced when empty
     */
    public record Observability(boolean json, boolean verbose, Optional<Traces> traces) {}

    /** @param endpoint an OTLP collector (gRPC) @param sample share of what is traced, 0 to 1, when the caller does not say */
    public record Traces(URI endpoint, double sample) {}
}
