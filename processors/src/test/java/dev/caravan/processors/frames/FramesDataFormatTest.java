package dev.caravan.processors.frames;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.CaravanHeaders;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.StreamCache;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.converter.stream.InputStreamCache;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The data format as routes use it: found by name, with whatever bodies and headers arrive. */
class FramesDataFormatTest {

    private static final long NOW_MS = 1_700_000_000_123L;

    private final FfmpegPictures pictures = new FfmpegPictures(new PictureLimits(200_000, 512, 512, 512 * 512));
    private final CamelContext context = new DefaultCamelContext();
    private ProducerTemplate template;

    @BeforeEach
    void start() throws Exception {
        InstantSource clock = () -> Instant.ofEpochMilli(NOW_MS);
        context.getRegistry().bind("pictures", pictures);
        context.getRegistry().bind("clock", InstantSource.class, clock);
        var png = new FramesDataFormat();
        png.setFormat("png");
        context.getRegistry().bind("framesPng", png);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler()); // what fails here is asserted, not logged
                from("direct:in").routeId("in").unmarshal().custom("frames");
                from("direct:out").routeId("out").marshal().custom("frames");
                from("direct:png").routeId("png").marshal().custom("framesPng");
            }
        });
        context.start();
        template = context.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        context.stop();
        pictures.close();
    }

    // ---- bytes to frames

    @Test
    void aKafkaRecordBecomesAFrameThatIsStillEncoded() throws Exception {
        byte[] jpeg = jpeg();
        Frame frame = unmarshal(jpeg, Map.of(
                "content-type", utf8("image/jpeg"),
                "caravan-seq", utf8("42"),
                "caravan-timestamp-ms", utf8("1700000000500"),
                KafkaConstants.KEY, utf8("alice"),
                KafkaConstants.TOPIC, "caravan.frames.in",
                KafkaConstants.PARTITION, 3,
                KafkaConstants.OFFSET, 77L));
        assertEquals("alice", frame.sessionId());
        assertEquals(42, frame.sequence());
        assertEquals(1_700_000_000_500_000L, frame.timestampMicros());
        assertEquals(Frame.NOT_GENERATED, frame.chunk());
        assertEquals(
                new Origin("kafka:caravan.frames.in", Map.of("topic", "caravan.frames.in", "partition", 3, "offset", 77L)),
                frame.origin());
        Picture.Encoded encoded = assertInstanceOf(Picture.Encoded.class, frame.picture());
        assertSame(jpeg, encoded.data());
        assertEquals(64, encoded.width());
    }

    @Test
    void theExchangeCarriesTheHeadersOfTheFrame() throws Exception {
        Exchange exchange = send("direct:in", jpeg(), Map.of(KafkaConstants.KEY, "alice", "caravan-seq", "7"));
        assertEquals("alice", exchange.getMessage().getHeader(CaravanHeaders.SESSION_ID));
        assertEquals(7L, exchange.getMessage().getHeader(CaravanHeaders.SEQUENCE));
        assertEquals(NOW_MS, exchange.getMessage().getHeader(CaravanHeaders.TIMESTAMP_MS));
        assertEquals("route:in", exchange.getMessage().getHeader(CaravanHeaders.SOURCE));
    }

    @Test
    void withoutNumberAndTimeTheOffsetAndTheRecordTimeAreUsed() throws Exception {
        Frame frame = unmarshal(jpeg(), Map.of(KafkaConstants.KEY, "a", KafkaConstants.OFFSET, 9L, KafkaConstants.TIMESTAMP, 5000L));
        assertEquals(9, frame.sequence());
        assertEquals(5_000_000, frame.timestampMicros());
    }

    @Test
    void withoutAnythingACountAndTheTimeOfReceiptAreUsed() throws Exception {
        Map<String, Object> headers = Map.of(CaravanHeaders.SESSION_ID, "a", KafkaConstants.TIMESTAMP, -1L);
        Frame first = unmarshal(jpeg(), headers);
        Frame second = unmarshal(jpeg(), headers);
        assertEquals(first.sequence() + 1, second.sequence());
        assertEquals(NOW_MS * 1000, first.timestampMicros());
        assertEquals(Origin.of("route:in"), first.origin());
    }

    @Test
    void theRoutesOwnHeadersBeatTheWire() throws Exception {
        Frame frame = unmarshal(jpeg(), Map.of(
                CaravanHeaders.SESSION_ID, "chosen",
                CaravanHeaders.SOURCE, "rest",
                CaravanHeaders.SEQUENCE, 5L,
                CaravanHeaders.TIMESTAMP_MS, 6L,
                KafkaConstants.KEY, "other",
                "caravan-seq", "1",
                "caravan-timestamp-ms", "2"));
        assertEquals("chosen", frame.sessionId());
        assertEquals("rest", frame.origin().source());
        assertEquals(5, frame.sequence());
        assertEquals(6000, frame.timestampMicros());
    }

    @Test
    void everyKindOfBodyIsTakenAndACacheMayBeReadAgain() throws Exception {
        byte[] jpeg = jpeg();
        ByteBuffer buffer = ByteBuffer.wrap(jpeg);
        StreamCache cache = new InputStreamCache(jpeg);
        for (Object body : new Object[] {jpeg, buffer, new ByteArrayInputStream(jpeg), cache}) {
            Frame frame = unmarshal(body, Map.of(CaravanHeaders.SESSION_ID, "a"));
            assertArrayEquals(jpeg, ((Picture.Encoded) frame.picture()).data(), body.getClass().getName());
        }
        assertEquals(jpeg.length, buffer.remaining());
        assertArrayEquals(jpeg, ((InputStreamCache) cache).readAllBytes());
    }

    @Test
    void aFrameIsLeftAsItIs() throws Exception {
        Frame frame = generated(TestPictures.waves(64, 48));
        assertSame(frame, send("direct:in", frame, Map.of()).getMessage().getBody());
    }

    @ParameterizedTest
    @ValueSource(strings = {"video/raw;format=rgb24", "rgb24", "Video/Raw; Format=RGB24"})
    void rawRgbIsTakenWithItsSize(String contentType) throws Exception {
        byte[] pixels = TestPictures.bars(33, 5).data();
        Frame frame = unmarshal(pixels, raw(contentType, "33", "5"));
        assertSame(pixels, assertInstanceOf(Picture.Rgb24.class, frame.picture()).data());
        assertEquals(33, frame.width());
    }

    @Test
    void rawI420OfOddSizeIsTaken() throws Exception {
        byte[] pixels = TestPictures.waves(33, 5).data();
        assertInstanceOf(Picture.I420.class, unmarshal(pixels, raw("i420", "33", "5")).picture());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "rgb24 | 33 | 6 | RGB24 of 33x6 takes 594 bytes; 495 given",
        "i420 | 33 | 5 | I420 of 33x5 takes 267 bytes; 495 given",
        "rgb24 | 33 |  | a raw picture needs the header caravan-height",
        "rgb24 | 0 | 5 | header caravan-width is a whole number from 1 to 512; \"0\" given",
        "rgb24 | -33 | 5 | header caravan-width is a whole number from 1 to 512; \"-33\" given",
        "rgb24 | 99999999999999999999 | 5 | header caravan-width is a whole number from 1 to 512; \"99999999999999999999\" given",
        "rgb24 | 33.0 | 5 | header caravan-width is a whole number from 1 to 512; \"33.0\" given"
    })
    void rawPixelsThatDoNotFitTheirHeadersAreRefused(String type, String width, String height, String why) {
        assertRefused(why, TestPictures.bars(33, 5).data(), raw(type, width, height));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "content-type | image/png | content-type says image/png but the bytes are image/jpeg",
        "content-type | text/plain | content-type \"text/plain\" is not accepted; send image/jpeg, image/png, image/webp,"
                + " video/raw;format=rgb24 or video/raw;format=i420",
        "caravan-seq | -1 | header caravan-seq is a whole number from 0 to 9223372036854775807; \"-1\" given",
        "caravan-seq | 9223372036854775808 | header caravan-seq is a whole number from 0 to 9223372036854775807;"
                + " \"9223372036854775808\" given",
        "caravan-timestamp-ms | 9223372036854775807 | header caravan-timestamp-ms is a whole number from 0 to 253402300799999;"
                + " \"9223372036854775807\" given",
        "CaravanSessionId | ../etc | session \"../etc\" is not accepted; use 1 to 64 letters, digits, dots, dashes or underscores"
    })
    void aBadHeaderIsNamed(String header, String value, String why) throws Exception {
        assertRefused(why, jpeg(), with(header, value));
        assertRefused(why, jpeg(), with(header, utf8(value)));
    }

    @Test
    void hostileHeadersAreRefusedInOneShortPrintableLine() throws Exception {
        byte[] binary = {0, (byte) 0xFF, '\n', '\r', 27, '[', '2', 'J'};
        for (Object value : new Object[] {"x".repeat(100_000), new byte[100_000], binary, "1\n2", new Object(), Map.of("a", 1), 1.5}) {
            for (String header : new String[] {"content-type", "caravan-seq", "caravan-timestamp-ms", "CaravanSessionId"}) {
                String why = refusal(send("direct:in", jpeg(), with(header, value)));
                assertTrue(why.length() < 300 && why.chars().allMatch(c -> c >= 0x20 && c < 0x7F), why);
            }
        }
    }

    @Test
    void aMessageWithoutSessionOrBytesIsRefused() throws Exception {
        String why = "no session: the record needs a key, or the message the header CaravanSessionId";
        assertRefused(why, jpeg(), Map.of());
        assertRefused("the picture is empty", new byte[0], Map.of(CaravanHeaders.SESSION_ID, "a"));
        assertRefused("a picture is bytes; a Integer given", 5, Map.of(CaravanHeaders.SESSION_ID, "a"));
    }

    @Test
    void aBodyLargerThanTheLimitIsNotReadToItsEnd() throws Exception {
        var endless = new InputStream() {
            private long given;

            @Override
            public int read() {
                given++;
                return 0x55;
            }
        };
        // Not through a route: its stream cache would want the whole body first.
        try (var frames = new FramesDataFormat()) {
            frames.setPictures(pictures);
            frames.start();
            Exchange exchange = new DefaultExchange(context);
            exchange.getIn().setHeader(CaravanHeaders.SESSION_ID, "a");
            var refused = assertThrows(BadPictureException.class, () -> frames.unmarshal(exchange, endless));
            assertEquals("the picture takes more than the 200000 bytes that are accepted", refused.getMessage());
        }
        assertEquals(200_001, endless.given);
    }

    @Test
    void theLimitsAreThoseOfTheRegistry() throws Exception {
        byte[] wide = pictures.encodeJpeg(TestPictures.waves(600, 8), 50);
        assertRefused("the picture is 600x8; at most 512x512 and 262144 pixels are accepted", wide, Map.of(CaravanHeaders.SESSION_ID, "a"));
    }

    // ---- frames to bytes

    @Test
    void aFrameBecomesJpegWithTheHeadersOfTheWireAsText() throws Exception {
        Frame frame = generated(TestPictures.waves(64, 48));
        Exchange out = send("direct:out", frame, Map.of("Content-Type", "application/json"));
        byte[] bytes = out.getMessage().getBody(byte[].class);
        assertEquals(new PictureHeader(PictureFormat.JPEG, 64, 48), PictureProbe.read(bytes));
        Map<String, Object> headers = out.getMessage().getHeaders();
        assertEquals("image/jpeg", headers.get("content-type"));
        assertTrue(headers.keySet().stream().noneMatch("Content-Type"::equals), "the wire name is lower case: " + headers.keySet());
        assertEquals("12", headers.get("caravan-seq"));
        assertEquals("1700000000000", headers.get("caravan-timestamp-ms"));
        assertEquals("3", headers.get("caravan-chunk"));
        assertEquals("64", headers.get("caravan-width"));
        assertEquals("48", headers.get("caravan-height"));
    }

    @Test
    void anIncomingFrameHasNoChunk() throws Exception {
        Frame frame = Frame.incoming("a", 0, 0, Origin.of("rest"), TestPictures.waves(64, 48));
        assertNull(send("direct:out", frame, Map.of("caravan-chunk", "stale")).getMessage().getHeader("caravan-chunk"));
    }

    @ParameterizedTest
    @CsvSource({"jpeg, image/jpeg", "png, image/png", "webp, image/webp", "rgb24, video/raw;format=rgb24", "i420, video/raw;format=i420"})
    void whatIsMarshalledComesBackAsTheSameFrame(String format, String contentType) throws Exception {
        Frame frame = generated(TestPictures.waves(64, 48));
        Exchange out = send("direct:out", frame, Map.of(FrameHeaders.FORMAT, format, FrameHeaders.QUALITY, 95));
        assertEquals(contentType, out.getMessage().getHeader("content-type"));
        Map<String, Object> headers = new HashMap<>(out.getMessage().getHeaders());
        headers.put(CaravanHeaders.SESSION_ID, "a");
        Frame back = unmarshal(out.getMessage().getBody(), headers);
        assertEquals(frame.sequence(), back.sequence());
        assertEquals(frame.timestampMicros() / 1000 * 1000, back.timestampMicros());
        Picture.I420 pixels = pictures.toI420(back.picture());
        assertEquals(TestPictures.y((Picture.I420) frame.picture(), 20, 20), TestPictures.y(pixels, 20, 20), 8);
    }

    @Test
    void theHeaderBeatsTheOptionOfABean() throws Exception {
        Frame frame = generated(TestPictures.waves(64, 48));
        assertEquals("image/png", send("direct:png", frame, Map.of()).getMessage().getHeader("content-type"));
        assertEquals("image/webp", send("direct:png", frame, Map.of(FrameHeaders.FORMAT, "webp")).getMessage().getHeader("content-type"));
    }

    @Test
    void aFileInTheWantedFormatIsPassedThroughUntouched() throws Exception {
        byte[] jpeg = jpeg();
        Frame frame = generated(new Picture.Encoded("image/jpeg", 64, 48, jpeg));
        assertArrayEquals(jpeg, send("direct:out", frame, Map.of()).getMessage().getBody(byte[].class));
    }

    @Test
    void whatCannotBeMarshalledIsSaidInOneLine() {
        Frame frame = generated(TestPictures.waves(64, 48));
        assertEquals(
                "the data format frames marshals frames only; the body is a String",
                refusal(send("direct:out", "no frame", Map.of())));
        assertEquals(
                "header CaravanFrameFormat is one of jpeg, png, webp, rgb24, i420; \"gif\" given",
                refusal(send("direct:out", frame, Map.of(FrameHeaders.FORMAT, "gif"))));
        assertEquals(
                "header CaravanFrameQuality is a whole number from 1 to 100; \"0\" given",
                refusal(send("direct:out", frame, Map.of(FrameHeaders.QUALITY, 0))));
    }

    @Test
    void otherTypesOfAFrameAreMadeOnDemand() throws Exception {
        Frame frame = generated(TestPictures.bars(64, 48));
        Exchange exchange = new DefaultExchange(context);
        var converter = context.getTypeConverter();
        assertEquals(PictureFormat.JPEG, PictureProbe.read(converter.convertTo(byte[].class, exchange, frame)).format());
        assertEquals(PictureFormat.JPEG, PictureProbe.read(converter.convertTo(byte[].class, frame)).format());
        assertEquals(
                PictureFormat.JPEG,
                PictureProbe.read(converter.convertTo(InputStream.class, exchange, frame).readAllBytes()).format());
        assertEquals(64, converter.convertTo(Picture.I420.class, exchange, frame).width());
        assertSame(frame.picture(), converter.convertTo(Picture.Rgb24.class, exchange, frame));
    }

    private Frame unmarshal(Object body, Map<String, Object> headers) throws Exception {
        Exchange exchange = send("direct:in", body, headers);
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        return assertInstanceOf(Frame.class, exchange.getMessage().getBody());
    }

    private void assertRefused(String why, Object body, Map<String, Object> headers) {
        assertEquals(why, refusal(send("direct:in", body, headers)));
    }

    private static String refusal(Exchange exchange) {
        return assertInstanceOf(BadPictureException.class, exchange.getException()).getMessage();
    }

    private Exchange send(String endpoint, Object body, Map<String, Object> headers) {
        return template.send(endpoint, exchange -> {
            exchange.getIn().setBody(body);
            exchange.getIn().getHeaders().putAll(headers);
        });
    }

    private byte[] jpeg() throws BadPictureException {
        return pictures.encodeJpeg(TestPictures.waves(64, 48), 80);
    }

    private static Frame generated(Picture picture) {
        return new Frame("a", 12, 1_700_000_000_000_999L, 3, Origin.of("pipeline:test"), picture);
    }

    private static Map<String, Object> raw(String contentType, String width, String height) {
        Map<String, Object> headers = with("content-type", contentType);
        headers.put("caravan-width", width);
        headers.put("caravan-height", height);
        return headers;
    }

    private static Map<String, Object> with(String header, Object value) {
        Map<String, Object> headers = new HashMap<>();
        headers.put(CaravanHeaders.SESSION_ID, "a");
        headers.put(header, value);
        return headers;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
