package dev.caravan.processors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.frame.Origin;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final TraceContext FOLLOWED = new TraceContext(TRACE, SPAN, true);

    @Test
    void aHeaderIsReadAsTextAndAsBytes() {
        String header = "00-" + TRACE + "-" + SPAN + "-01";
        assertEquals(Optional.of(FOLLOWED), TraceContext.read(header));
        assertEquals(Optional.of(FOLLOWED), TraceContext.read(header.getBytes(StandardCharsets.US_ASCII)));
        assertEquals(header, FOLLOWED.toString());
    }

    @Test
    void onlyTheLastBitOfTheFlagsSaysWhetherItIsFollowed() {
        assertEquals(Optional.of(new TraceContext(TRACE, SPAN, false)), TraceContext.read("00-" + TRACE + "-" + SPAN + "-fe"));
        assertEquals(Optional.of(FOLLOWED), TraceContext.read("00-" + TRACE + "-" + SPAN + "-03"));
    }

    @Test
    void ofALaterVersionTheKnownFieldsAreRead() {
        assertEquals(Optional.of(FOLLOWED), TraceContext.read("cc-" + TRACE + "-" + SPAN + "-01"));
        assertEquals(Optional.of(FOLLOWED), TraceContext.read("01-" + TRACE + "-" + SPAN + "-01-what-the-future-brings"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "00", "garbage",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b\u00e4-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0\u0661",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0"
    })
    void whatIsNoneIsNobodys(String header) {
        assertEquals(Optional.empty(), TraceContext.read(header));
        assertEquals(Optional.empty(), TraceContext.read(header.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aHugeOneIsNotEvenLookedAt() {
        String huge = "01-" + TRACE + "-" + SPAN + "-01-" + "a".repeat(8 << 20);
        assertEquals(Optional.empty(), TraceContext.read(huge));
        assertEquals(Optional.empty(), TraceContext.read(huge.getBytes(StandardCharsets.US_ASCII)));
        assertEquals(Optional.empty(), TraceContext.read(null));
        assertEquals(Optional.empty(), TraceContext.read(42));
    }

    @Test
    void anOriginCarriesItBesideWhatItHas() {
        Origin origin = new Origin("kafka:t", Map.of("offset", 7L));
        Origin followed = FOLLOWED.on(origin);
        assertEquals("kafka:t", followed.source());
        assertEquals(7L, followed.details().get("offset"));
        assertEquals(Optional.of(FOLLOWED), TraceContext.of(followed));
        assertEquals(Optional.empty(), TraceContext.of(origin));
        assertEquals(Optional.empty(), TraceContext.of(new Origin("x", Map.of("traceparent", "text of a stranger"))));
    }
}
