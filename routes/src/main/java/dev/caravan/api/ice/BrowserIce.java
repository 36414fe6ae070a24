package dev.caravan.api.ice;

import dev.caravan.config.Secret;
import dev.caravan.config.Settings;
import dev.caravan.processors.webrtc.IceServer;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Makes the browsers' list of ICE servers of the settings: a TURN server of one's own, else a broker, else Twilio, else STUN. */
public final class BrowserIce {

    private static final Duration CONNECT = Duration.ofSeconds(3);

    private BrowserIce() {}

    public static IceServers servers(Settings settings, InstantSource clock) {
        Settings.WebRtc webrtc = settings.webrtc();
        List<IceServer> own = webrtc.turn()
                .map(turn -> new IceServer(turn.urls(), turn.username(), turn.credential().map(Secret::value)))
                .stream()
                .toList();
        return new IceServers(own, source(settings), IceServer.of(webrtc.stunUrl()), clock);
    }

    private static Optional<TurnSource> source(Settings settings) {
        Settings.WebRtc webrtc = settings.webrtc();
        Optional<Secret> token = settings.pipelines().huggingFace();
        if (webrtc.turnBroker().isPresent() && token.isPresent()) {
            return Optional.of(new TurnBroker(client(), webrtc.turnBroker().get(), token.get().value()));
        }
        return webrtc.twilio().map(account ->
                new TwilioTokens(client(), TwilioTokens.API, account.accountSid(), account.authToken().value()));
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().connectTimeout(CONNECT).build();
    }
}
