package dev.caravan.config;

import static dev.caravan.config.OptionSpec.Group.LIMITS;
import static dev.caravan.config.OptionSpec.Group.OBSERVABILITY;
import static dev.caravan.config.OptionSpec.Group.OTHER;
import static dev.caravan.config.OptionSpec.Group.PIPELINES;
import static dev.caravan.config.OptionSpec.Group.RECORDS;
import static dev.caravan.config.OptionSpec.Group.SECURITY;
import static dev.caravan.config.OptionSpec.Group.SERVER;
import static dev.caravan.config.OptionSpec.Group.WEBRTC;
import static dev.caravan.config.OptionSpec.secret;
import static dev.caravan.config.OptionSpec.toggle;
import static dev.caravan.config.OptionSpec.value;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Everything that can be set, once. An option {@code some-name} is the flag {@code --some-name}, the system property
 * {@code caravan.some-name}, the environment variable {@code CARAVAN_SOME_NAME} (or one of the names other programs gave it), and the
 * placeholder {@code {{caravan.some-name}}} in routes unless it is secret.
 */
public enum Option {
    CONFIG(value(SERVER, "FILE", "", "configuration file; <data>/caravan.yaml when not set and there")),
    HOST(value(SERVER, "ADDRESS", "127.0.0.1", "address to listen on; any but loopback needs --token or --oidc-issuer")),
    PORT(value(SERVER, "NUMBER", "8000", "TCP port; 0 takes a free one")),
    ALLOWED_ORIGINS(value(SERVER, "ORIGIN,..", "", "web pages that may call the hub besides those from loopback; * allows all")),
    ALLOWED_HOSTS(value(SERVER, "NAME,..", "", "host names the hub answers to besides loopback, --host and --public-address")),
    DATA(value(SERVER, "DIR", "~/.caravan", "where the hub keeps models, assets, routes, logs and Kafka's data", "DAYDREAM_SCOPE_DIR")),
    ROUTES_DIR(value(SERVER, "DIR", "", "route files, watched while the hub runs; <data>/routes when not set")),
    DRAIN_S(value(SERVER, "NUMBER", "0", "how long a stopping hub lets sessions go on and refuses new ones")),
    NO_BROWSER(toggle(SERVER, "do not open the page in a browser").shortFlag("-N")),

    TOKEN(secret(SECURITY, "bearer token of operators, who may do everything")),
    PRODUCER_TOKEN(secret(SECURITY, "bearer token of producers, who open sessions and feed them")),
    VIEWER_TOKEN(secret(SECURITY, "bearer token of viewers, who look at sessions and change nothing")),
    METRICS_TOKEN(secret(SECURITY, "bearer token that opens /metrics and nothing else")),
    JOIN_TOKEN_KEY(secret(SECURITY, "signs join tokens, 32 characters or more; a new one at each start when not set")),
    JOIN_TOKEN_MAX_S(value(SECURITY, "NUMBER", "86400", "how long a join token may be valid at most")),
    OIDC_ISSUER(value(SECURITY, "URL", "", "takes JWTs of this OpenID provider as bearer tokens")),
    OIDC_AUDIENCE(value(SECURITY, "TEXT", "caravan", "what these must name as audience")),
    OIDC_JWKS_URL(value(SECURITY, "URL", "", "keys that sign them; found through the issuer when not set")),
    OIDC_ROLES_CLAIM(value(SECURITY, "TEXT", "roles", "claim that names roles; dots step into objects: realm_access.roles")),
    OIDC_OPERATORS(value(SECURITY, "TEXT,..", "caravan-operator", "values of that claim that make an operator")),
    OIDC_PRODUCERS(value(SECURITY, "TEXT,..", "caravan-producer", "a producer")),
    OIDC_VIEWERS(value(SECURITY, "TEXT,..", "caravan-viewer", "a viewer; * makes everybody with a valid token one")),
    TLS_CERTIFICATE(value(SECURITY, "FILE", "", "certificate chain in PEM form: the port then speaks HTTPS; read again when it changes")),
    TLS_KEY(value(SECURITY, "FILE", "", "its private key in PEM form (PKCS 8)")),
    REQUEST_RATE(value(SECURITY, "NUMBER", "500", "requests a second of one principal at most; 0 for no limit")),
    MAX_SESSIONS_EACH(value(SECURITY, "NUMBER", "0", "sessions one principal may have open; 0 for no limit but --max-sessions")),
    MAX_VIEWERS_EACH(value(SECURITY, "NUMBER", "0", "peers one principal may have connected; 0 for no limit but --max-viewers")),

    PIPELINE(value(PIPELINES, "ID", "", "load this pipeline at start", "PIPELINE")),
    STAND_IN(value(PIPELINES, "ID=ID,..", "", "let one pipeline answer for another, for trying clients without models")),
    DEVICE(value(PIPELINES, "auto|cuda|cpu", "auto", "what models run on; auto takes CUDA where there is all it needs")),
    ORT(value(PIPELINES, "DIR", "", "folder with another build of ONNX Runtime, for CUDA 13 for example")),
    INFERENCE_THREADS(value(PIPELINES, "NUMBER", "0", "threads of a model on the CPU; 0 takes one per core")),
    MODELS_DIR(value(PIPELINES, "DIR", "", "model files; <data>/models when not set", "DAYDREAM_SCOPE_MODELS_DIR")),
    ASSETS_DIR(value(PIPELINES, "DIR", "", "pictures and clips; 'assets' beside the models when not set", "DAYDREAM_SCOPE_ASSETS_DIR")),
    LORA_DIR(value(PIPELINES, "DIR", "", "LoRA files; <models>/lora when not set", "DAYDREAM_SCOPE_LORA_DIR")),
    LORA_SHARED_DIR(value(PIPELINES, "DIR", "", "more LoRA files, listed and never changed", "DAYDREAM_SCOPE_LORA_SHARED_DIR")),
    LORA_HOSTS(value(PIPELINES, "HOST:PORT,..", "",
            "servers LoRA files may come from besides public ones with TLS: of one's own network, for example")),
    HF_TOKEN(secret(PIPELINES, "Hugging Face token: downloads and TURN servers", "HF_TOKEN")),
    HF_ENDPOINT(value(PIPELINES, "URL", "https://huggingface.co",
            "where model files come from; a mirror gets to see --hf-token", "HF_ENDPOINT")),
    PROXY(secret(PIPELINES, "HTTP proxy for model downloads: http://host:port or http://user:password@host:port").placeholder("URL")),
    PARALLEL_DOWNLOADS(value(PIPELINES, "NUMBER", "3", "model files fetched at once")),
    CIVITAI_API_TOKEN(secret(PIPELINES, "CivitAI token: LoRA downloads", "CIVITAI_API_TOKEN")),
    CIVITAI_ENDPOINT(value(PIPELINES, "URL", "https://civitai.com",
            "where LoRA files of CivitAI come from; a mirror gets to see --civitai-api-token")),

    UDP_PORTS(value(WEBRTC, "MIN-MAX", "", "UDP ports for media; any free port when not set")),
    PUBLIC_ADDRESS(value(WEBRTC, "ADDRESS,..", "", "addresses added to the candidates of every answer")),
    CODEC(value(WEBRTC, "NAME,..", "", "video codecs in the order wished: VP8, VP9, H264, AV1; the browser's order when not set")),
    MAX_BITRATE_KBPS(value(WEBRTC, "NUMBER", "4000", "video sent to one viewer at most")),
    STUN_URL(value(WEBRTC, "URL", "stun:stun.l.google.com:19302", "STUN server given to browsers")),
    HUB_STUN_URL(value(WEBRTC, "URL", "", "STUN server the hub asks for its own public address; it asks none when not set")),
    TURN_URL(value(WEBRTC, "URL,..", "", "TURN server given to browsers")),
    TURN_USERNAME(value(WEBRTC, "TEXT", "", "user name for --turn-url")),
    TURN_CREDENTIAL(secret(WEBRTC, "password for --turn-url")),
    TURN_BROKER(value(WEBRTC, "URL", "", "gives TURN servers for --hf-token, which it gets to see")),
    TWILIO_ACCOUNT_SID(value(WEBRTC, "TEXT", "", "Twilio account that gives TURN servers", "TWILIO_ACCOUNT_SID")),
    TWILIO_AUTH_TOKEN(secret(WEBRTC, "its token", "TWILIO_AUTH_TOKEN")),

    KAFKA(value(RECORDS, "embedded|none|HOST:PORT,..", "embedded", "own broker, no Kafka, or a cluster", "KAFKA_BOOTSTRAP_SERVERS")),
    KAFKA_PORT(value(RECORDS, "NUMBER", "9092", "port of the embedded broker; 0 takes a free one")),
    KAFKA_GROUP(value(RECORDS, "TEXT", "caravan", "consumer group of this hub")),
    KAFKA_TOPIC(value(RECORDS, "TOPIC", "", "also write life-cycle events in Scope's form to this topic", "KAFKA_TOPIC")),
    KAFKA_OUT_FPS(value(RECORDS, "NUMBER", "0", "generated frames a second and session written to Kafka at most; 0 writes all")),
    KAFKA_OUT_QUALITY(value(RECORDS, "NUMBER", "80", "JPEG quality of these, 1 to 100")),
    KAFKA_SECURITY(value(RECORDS, "auto|plaintext|ssl|sasl_plaintext|sasl_ssl", "auto",
            "how a cluster is reached; auto takes sasl_ssl with a user name, ssl with --kafka-ca, else plaintext")),
    KAFKA_CA(value(RECORDS, "FILE", "", "certificates a cluster's must be signed by, in PEM form; the system's when not set")),
    KAFKA_CERTIFICATE(value(RECORDS, "FILE", "", "certificate chain of the hub for a cluster, in PEM form")),
    KAFKA_KEY(value(RECORDS, "FILE", "", "its private key in PEM form (PKCS 8)")),
    KAFKA_SASL_MECHANISM(value(RECORDS, "plain|scram-sha-256|scram-sha-512", "plain", "how the hub logs in to a cluster")),
    KAFKA_SASL_USERNAME(value(RECORDS, "TEXT", "", "user name for a cluster", "KAFKA_SASL_USERNAME")),
    KAFKA_SASL_PASSWORD(secret(RECORDS, "its password", "KAFKA_SASL_PASSWORD")),

    MAX_SESSIONS(value(LIMITS, "NUMBER", "32", "sessions at once")),
    MAX_VIEWERS(value(LIMITS, "NUMBER", "100", "viewers of one session")),
    MAX_SESSION_MB(value(LIMITS, "NUMBER", "256", "pixel data one session may hold")),
    MAX_ASSET_MB(value(LIMITS, "NUMBER", "50", "size of an uploaded asset")),
    MAX_LORA_MB(value(LIMITS, "NUMBER", "8192", "size of a LoRA file fetched by a client's wish")),
    MAX_FRAME_MB(value(LIMITS, "NUMBER", "8", "size of one encoded picture")),
    MAX_PICTURE_PIXELS(value(LIMITS, "NUMBER", "9437184", "pixels of one picture")),
    FRAME_AGE_MS(value(LIMITS, "NUMBER", "2000", "Kafka frames older than this are dropped")),
    CLOSE_GRACE_S(value(LIMITS, "NUMBER", "5", "how long a session outlives its last source and viewer")),
    IDLE_PAUSE_S(value(LIMITS, "NUMBER", "60", "how long a text-mode session generates with nobody watching")),

    LOGS_DIR(value(OBSERVABILITY, "DIR", "", "log files; <data>/logs when not set", "DAYDREAM_SCOPE_LOGS_DIR")),
    LOG_FORMAT(value(OBSERVABILITY, "text|json", "text", "json writes one object a line, on the console all of them: for log collectors")),
    VERBOSE(toggle(OBSERVABILITY, "log more", "VERBOSE_LOGGING")),
    TRACES_ENDPOINT(value(OBSERVABILITY, "URL", "", "OTLP collector that gets traces, http://localhost:4317 for example; none when not set")),
    TRACES_SAMPLE(value(OBSERVABILITY, "SHARE", "0.01", "share of frames, and of chunks made of none, that are traced when the caller does not say, 0 to 1")),

    VERSION(toggle(OTHER, "show the version and exit")),
    HELP(toggle(OTHER, "show this text and exit").shortFlag("-h"));

    private final OptionSpec spec;

    Option(OptionSpec spec) {
        this.spec = spec;
    }

    /** What the table says besides the name. */
    public OptionSpec spec() {
        return spec;
    }

    /** {@code some-name}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@code --some-name}. */
    public String flag() {
        return "--" + key();
    }

    /** {@code caravan.some-name}. */
    public String property() {
        return "caravan." + key();
    }

    /** The environment variables it is read from; the first one that is set counts. */
    public List<String> variables() {
        return Stream.concat(Stream.of("CARAVAN_" + name()), spec.variables().stream()).toList();
    }
}
