package dev.caravan.api.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.processors.webrtc.IceServer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IceServersTest {

    private static final List<IceServer> STUN = List.of(IceServers.PUBLIC_STUN);

    private Instant now = Instant.parse("2026-05-01T12:00:00Z");
    private int asked;
    private boolean down;

    private final IceServers servers = new IceServers(List.of(), Optional.of(this::grant), IceServers.PUBLIC_STUN, () -> now);

    @Test
    void withoutSettingsItIsPublicStunWithoutNullKeys() {
        IceServers none = new IceServers(List.of(), Optional.empty(), IceServers.PUBLIC_STUN, () -> now);

        assertEquals(STUN, none.current());
        assertEquals(List.of(Map.of("urls", List.of("stun:stun.l.google.com:19302"))), IceServers.json(none.current()));
    }

    @Test
    void fixedServersWinOverTheProvider() {
        IceServer own = new IceServer(List.of("turn:turn.example:3478"), Optional.of("u"), Optional.of("p"));
        IceServers fixed = new IceServers(List.of(own), Optional.of(this::grant), IceServers.PUBLIC_STUN, () -> now);

        assertEquals(List.of(own), fixed.current());
        assertEquals(0, asked);
        assertEquals("p", IceServers.json(fixed.current()).getFirst().get("credential"));
    }

    @Test
    void aFreshGrantIsUsedAgainWithoutAsking() {
        servers.current();
        now = now.plusSeconds(449);

        assertEquals(turn(1), servers.current());
        assertEquals(1, asked);
    }

    @Test
    void aGrantIsRenewedBeforeItEnds() {
        servers.current();
        now = now.plusSeconds(450);

        assertEquals(turn(2), servers.current());
    }

    @Test
    void whenRenewalFailsTheOldGrantServesUntilItEnds() {
        servers.current();
        down = true;
        now = now.plusSeconds(500);
        assertEquals(turn(1), servers.current());

        now = now.plusSeconds(100);
        assertEquals(STUN, servers.current());
    }

    @Test
    void aProviderThatIsDownIsNotAskedForEveryBrowserButIsAskedAgain() {
        down = true;
        assertEquals(STUN, servers.current());
        assertEquals(STUN, servers.current());
        assertEquals(1, asked);

        down = false;
        now = now.plus(IceServers.RETRY);
        assertEquals(turn(2), servers.current());
    }

    private TurnSource.Grant grant() throws IOException {
        asked++;
        if (down) {
            throw new IOException("the provider is away");
        }
        return new TurnSource.Grant(turn(asked), Duration.ofSeconds(600));
    }

    private static List<IceServer> turn(int number) {
        return List.of(new IceServer(List.of("turn:turn.example"), Optional.of("user" + number), Optional.of("secret")));
    }
}
