package dev.caravan;

import dev.caravan.api.ice.IceServers;
import dev.caravan.api.ice.TurnBroker;
import dev.caravan.api.ice.TurnSource;
import dev.caravan.api.ice.TwilioTokens;
import dev.caravan.api.keys.Service;
import dev.caravan.api.keys.ServiceTokens;
import dev.caravan.api.loras.LoraLibrary;
import dev.caravan.config.Secret;
import dev.caravan.config.Settings;
import dev.caravan.inference.model.DownloadSettings;
import dev.caravan.inference.ort.EngineSettings;
import dev.caravan.processors.frames.PictureLimits;
import dev.caravan.processors.kafka.BrokerListener;
import dev.caravan.processors.kafka.BrokerSettings;
import dev.caravan.processors.kafka.KafkaHub;
import dev.caravan.processors.kafka.KafkaOptions;
import dev.caravan.processors.webrtc.IceServer;
import dev.caravan.processors.webrtc.WebRtcSettings;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The hub's settings in the words of each part, which knows nothing of the others' settings. */
final class Translated {

    /** The longest side of a photograph. */
    private static final int ASSET_SIDE = 8192;
    /** And how many pixels it has: most cameras make fewer. */
    private static final int ASSET_PIXELS = 32 << 20;

    private Translated() {}

    static PictureLimits pictures(Settings settings) {
        PictureLimits defaults = PictureLimits.DEFAULTS;
        return new PictureLimits(
                settings.limits().frameBytes(), defaults.maxWidth(), defaults.maxHeight(), settings.limits().picturePixels());
    }

    /** Of pictures that people upload once, photographs among them, and not many a second. */
    static PictureLimits assetPictures(Settings settings) {
        int bytes = (int) Math.min(settings.limits().assetBytes(), Integer.MAX_VALUE - 16);
        return new PictureLimits(bytes, ASSET_SIDE, ASSET_SIDE, Math.max(ASSET_PIXELS, settings.limits().picturePixels()));
    }

    static WebRtcSettings webrtc(Settings settings) {
        int most = settings.webrtc().maxBitrateKbps();
        WebRtcSettings webrtc = WebRtcSettings.DEFAULTS
                .withPublicAddresses(settings.webrtc().publicAddresses())
                .withCodecPreference(settings.webrtc().codecs())
                .withIceServers(settings.webrtc().hubStunUrl().map(IceServer::of).stream().toList())
                .withBitrates(Math.min(WebRtcSettings.DEFAULTS.startBitrateKbps(), most), most);
        return settings.webrtc()
                .udpPorts()
                .map(ports -> webrtc.withUdpPorts(ports.min(), ports.max()))
                .orElse(webrtc);
    }

    static EngineSettings engine(Settings settings) {
        Settings.Inference inference = settings.inference();
        return new EngineSettings(inference.device(), inference.natives(), settings.folders().data(), inference.threads());
    }

    /** Tokens of the settings and those that clients stored. */
    static ServiceTokens tokens(Settings settings) {
        Map<Service, Secret> given = new EnumMap<>(Service.class);
        settings.pipelines().huggingFace().ifPresent(token -> given.put(Service.HUGGINGFACE, token));
        settings.pipelines().civitai().ifPresent(token -> given.put(Service.CIVITAI, token));
        return new ServiceTokens(settings.folders().data(), given);
    }

    static LoraLibrary.Sources loraSources(Settings settings) {
        Settings.Loras loras = settings.pipelines().loras();
        return new LoraLibrary.Sources(loras.civitai(), loras.hosts(), loras.maxBytes());
    }

    static DownloadSettings downloads(Settings settings, ServiceTokens tokens) {
        Settings.Downloads downloads = settings.pipelines().downloads();
        return DownloadSettings.of(downloads.hub(), () -> tokens.find(Service.HUGGINGFACE))
                .withParallel(downloads.parallel())
                .withProxy(downloads.proxy().map(proxy ->
                        new DownloadSettings.Proxy(proxy.host(), proxy.port(), proxy.login().map(Secret::value))));
    }

    /** Starts the embedded broker where that is wanted. */
    static Optional<KafkaHub> kafka(Settings settings, InstantSource clock, BrokerListener listener) {
        Settings.Kafka kafka = settings.kafka();
        KafkaOptions defaults = KafkaOptions.DEFAULTS;
        KafkaOptions options = new KafkaOptions(
                kafka.group(),
                defaults.partitions(),
                settings.limits().frameAge(),
                defaults.controlHold(),
                kafka.outFps(),
                kafka.outQuality(),
                kafka.eventTopic());
        return switch (kafka.broker()) {
            case Settings.Broker.None none -> Optional.empty();
            case Settings.Broker.Cluster cluster -> Optional.of(KafkaHub.cluster(
                    KafkaAccess.connection(cluster.bootstrapServers(), kafka.access()),
                    options,
                    clock,
                    listener));
            case Settings.Broker.Embedded embedded -> Optional.of(KafkaHub.embedded(
                    BrokerSettings.in(settings.folders().kafka(), embedded.port()),
                    options,
                    clock,
                    RandomGenerator.getDefault(),
                    listener));
        };
    }

    /** A server of one's own wins over a provider of short-lived credentials, which wins over STUN. */
    static IceServers iceServers(Settings settings, ServiceTokens tokens, InstantSource clock) {
        Settings.WebRtc webrtc = settings.webrtc();
        List<IceServer> own = webrtc.turn()
                .map(turn -> List.of(
                        IceServer.of(webrtc.stunUrl()),
                        new IceServer(turn.urls(), turn.username(), turn.credential().map(Secret::value))))
                .orElse(List.of());
        return new IceServers(own, turnSource(settings, tokens), IceServer.of(webrtc.stunUrl()), clock);
    }

    private static Optional<TurnSource> turnSource(Settings settings, ServiceTokens tokens) {
        Settings.WebRtc webrtc = settings.webrtc();
        Optional<TurnSource> broker = tokens.find(Service.HUGGINGFACE).flatMap(token ->
                webrtc.turnBroker().map(url -> new TurnBroker(client(), url, token)));
        return broker.or(() -> webrtc.twilio().map(account ->
                new TwilioTokens(client(), TwilioTokens.API, account.accountSid(), account.authToken().value())));
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    }
}
